import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import {
  authenticate,
  changePassword,
  checkPassword,
  closeMemberSession,
  findInvitation,
  join,
  normalEmail,
  noteAction,
  openMemberSession,
  switchTenant,
} from '../../../merchants/index.ts';
import { readConsoleForm } from '../../console/console-form.ts';
import { assertSameSite, redirect, send } from '../../console/console-route.ts';
import { csrfOf, DESK_COOKIES, isCsrfOf } from '../../console/sign-in-cookie.ts';
import type { RequestContext, Route } from '../../kit/route.ts';
import { deskForm, deskPage, deskRoute } from '../desk-route.ts';
import { isSessionsForm, otherSession } from '../form-token.ts';
import type { DeskDeps } from '../visit.ts';
import { DeskSignInPage, JoinPage, PasswordPage } from './pages.tsx';

const { sessionToken, visitToken, giveSession, giveVisit, takeSession } = DESK_COOKIES;
/** One answer for an unknown address, a wrong password and a member of nothing. */
const REFUSED = 'The email address or the password is wrong.';
const NOTICES: Readonly<Record<string, string>> = {
  password: 'Your password has been changed. Sign in with the new one.',
  out: 'You have signed out.',
};

/** How people get in and out, and what is their own. */
export function entryRoutes(deps: DeskDeps): readonly Route[] {
  return [...signInRoutes(deps), ...joinRoutes(deps), ...ownRoutes(deps)];
}

function signInRoutes(deps: DeskDeps): readonly Route[] {
  const { isLocal, members } = deps;
  const page = (
    request: IncomingMessage,
    more: { next: string; email?: string; fault?: string; csrf: string; notice?: string | null },
  ) =>
    DeskSignInPage({
      ...{ deps, local: isLocal(request), email: '', fault: null, notice: null },
      ...more,
    });
  return [
    deskRoute(deps, 'readDeskSignIn', async (request, response, { query }) => {
      const csrf = visit(deps, request, response);
      const notice = NOTICES[query.get('done') ?? ''] ?? null;
      send(deps, response, 200, page(request, { csrf, notice, next: nextOf(query.get('next')) }));
    }),
    deskRoute(deps, 'signInToDesk', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const visited = visitToken(request);
      // Cookies are off, or the page is older than the browser's memory of it.
      if (visited === null || !isCsrfOf(visited, form.get('csrf'))) {
        return redirect(response, '/console/sign-in');
      }
      charge(deps.attempts, context.clientIp);
      const next = nextOf(form.get('next'));
      const key = form.get('key');
      const token =
        key === null ? await byPassword(deps, form) : await byKey(deps, request, key.trim());
      if (token === null) {
        context.log.warn({ client_ip: context.clientIp }, 'a sign-in to the desk was refused');
        const fault = key === null ? REFUSED : 'This key does not open the desk from here.';
        const email = form.get('email') ?? '';
        const shown = page(request, { csrf: csrfOf(visited), next, fault, email });
        return send(deps, response, 403, shown);
      }
      const before = sessionToken(request);
      if (before !== null) await closeMemberSession(members, before);
      giveSession(response, token, deps.isSecure(request));
      redirect(response, next);
    }),
    deskRoute(deps, 'signOutOfDesk', async (request, response) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const token = sessionToken(request);
      if (token !== null) {
        // Nobody is told that they are out while they are in.
        if (!isSessionsForm(token, form.get('csrf'))) throw otherSession();
        await closeMemberSession(members, token);
        takeSession(response, deps.isSecure(request));
      }
      redirect(response, '/console/sign-in?done=out');
    }),
  ];
}

/** A token of a new session; null: no. */
async function byPassword(deps: DeskDeps, form: URLSearchParams): Promise<string | null> {
  const email = (form.get('email') ?? '').slice(0, 254);
  const password = form.get('password') ?? '';
  if (email === '' || password === '' || password.length > 1_000) return null;
  charge(deps.tries, normalEmail(email));
  const found = await checkPassword(deps.members, email, password);
  const [first] = found?.memberships ?? [];
  if (found === null || first === undefined) return null;
  const { userId } = found;
  const action = { action: 'signInToDesk', subject: null };
  await noteAction(deps.members, first.tenant, { kind: 'user', id: userId }, action);
  return openMemberSession(deps.members, { userId }, first.tenant);
}

async function byKey(deps: DeskDeps, request: IncomingMessage, text: string) {
  const key = await authenticate(deps.keys, text);
  if (!key?.bootstrap || !deps.isLocal(request)) return null;
  const tenant = { merchantId: key.merchantId, mode: key.mode };
  const action = { action: 'signInToDesk', subject: null };
  await noteAction(deps.members, tenant, { kind: 'key', id: key.id }, action);
  return openMemberSession(deps.members, { apiKeyId: key.id }, tenant);
}

function joinRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  const offered = async ({ params, clientIp }: RequestContext) => {
    charge(deps.attempts, clientIp);
    const token = params['token'] ?? '';
    const invitation = await findInvitation(members, token);
    if (invitation !== null) return { token, invitation };
    throw gone();
  };
  return [
    deskRoute(deps, 'readDeskInvitation', async (request, response, context) => {
      const { token, invitation } = await offered(context);
      const csrf = visit(deps, request, response);
      const said = { email: '', name: '' };
      const shown = { deps, csrf, token, invitation, said, fault: null };
      send(deps, response, 200, JoinPage(shown));
    }),
    deskRoute(deps, 'acceptDeskInvitation', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const { token, invitation } = await offered(context);
      const visited = visitToken(request);
      if (visited === null || !isCsrfOf(visited, form.get('csrf'))) {
        return redirect(response, `/console/join/${token}`);
      }
      const said = {
        email: form.get('email') ?? '',
        name: form.get('name') ?? '',
        password: form.get('password') ?? '',
      };
      if (invitation.isKnown) charge(deps.tries, normalEmail(invitation.email ?? ''));
      const outcome = await join(members, token, said);
      if (outcome.kind === 'gone') throw gone();
      if (outcome.kind === 'fault') {
        const shown = { deps, csrf: csrfOf(visited), token, invitation, said };
        return send(deps, response, 422, JoinPage({ ...shown, fault: outcome.reason }));
      }
      const { userId, merchantId } = outcome;
      const tenant = { merchantId, mode: 'test' as const };
      const action = { action: 'acceptDeskInvitation', subject: invitation.role };
      await noteAction(members, tenant, { kind: 'user', id: userId }, action);
      const session = await openMemberSession(members, { userId }, tenant);
      giveSession(response, session, deps.isSecure(request));
      redirect(response, '/console');
    }),
  ];
}

function gone(): Problem {
  return new Problem('not_found', 'This link has been used, was withdrawn, or is too old.', {
    fix: 'Ask for a new invitation. The first owner’s link is in the log of each start, for 15 minutes.',
  });
}

function ownRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  return [
    deskPage(deps, 'openDesk', async () => ({ seeOther: '/console/shipments' })),
    deskForm(deps, 'switchDesk', async ({ form, request, visitor }) => {
      const of = /^([0-9a-f-]{36}) (live|test)$/.exec(form.get('of') ?? '');
      const [, merchantId = '', mode] = of ?? [];
      const to = { merchantId, mode: mode === 'live' ? ('live' as const) : ('test' as const) };
      const token = sessionToken(request);
      const isDone = of !== null && token !== null;
      if (!isDone || !(await switchTenant(members, token, visitor, to))) {
        throw new Problem('not_found', 'You are not a member of this merchant.');
      }
      return { seeOther: '/console' };
    }),
    deskPage(deps, 'readDeskPassword', async ({ visitor }) =>
      PasswordPage({ deps, visitor, fault: null }),
    ),
    deskForm(deps, 'changeDeskPassword', async ({ form, visitor, note }) => {
      if (visitor.actor.kind === 'user') charge(deps.tries, visitor.actor.person.email);
      const fault = await changePassword(members, visitor, {
        current: form.get('current') ?? '',
        next: form.get('next') ?? '',
      });
      if (fault !== null) return { unfit: PasswordPage({ deps, visitor, fault }) };
      await note(null);
      return { seeOther: '/console/sign-in?done=password' };
    }),
  ];
}

/** What a form must repeat; the browser is given what it is made from, unless it has that. */
function visit(deps: DeskDeps, request: IncomingMessage, response: ServerResponse): string {
  const token = visitToken(request) ?? Buffer.from(deps.keys.randomBytes(32)).toString('base64url');
  giveVisit(response, token, deps.isSecure(request));
  return csrfOf(token);
}

function charge(limiter: DeskDeps['attempts'], whom: string): void {
  const waitS = limiter.take(whom);
  if (waitS === 0) return;
  throw new Problem('rate_limited', 'Too many attempts to sign in.', { retryAfterS: waitS });
}

/** A page of the desk, and nothing that would lead elsewhere. */
function nextOf(text: string | null): string {
  return text !== null && /^\/console(\/[A-Za-z0-9_-]{1,64}){0,4}$/.test(text) ? text : '/console';
}

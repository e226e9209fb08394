import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { DEMO_TENANT, isDemo } from '../../../kernel/tenant.ts';
import {
  authenticate,
  changePassword,
  checkPassword,
  closeMemberSession,
  findInvitation,
  join,
  maySetPassword,
  normalEmail,
  noteAction,
  noteVerified,
  openMemberSession,
  providersForAll,
  providersOfInvitation,
  setNewPassword,
  switchTenant,
} from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { powerOf } from '../../api/ops/power.ts';
import type { RequestContext, Route } from '../../kit/route.ts';
import { readConsoleForm } from '../console-form.ts';
import { deskForm, deskPage, deskRoute } from '../kit/desk-route.ts';
import { assertSameSite, redirect } from '../kit/page-answer.ts';
import {
  csrfOf,
  DESK_COOKIES,
  isCsrfOf,
  isSessionsForm,
  otherSession,
} from '../kit/sign-in-cookie.ts';
import { languageFor, sendPage } from '../kit/spoken.tsx';
import type { DeskDeps, DeskVisitor } from '../kit/visit.ts';
import { signOnNotice } from '../single-sign-on/flow.ts';
import {
  changeSession,
  charge,
  letIn,
  safeNext,
  startVisit,
  toVerifiedUser,
  type VerifiedUser,
} from './let-in.ts';
import { linkRoutes } from './link-routes.ts';
import { DeskSignInPage, JoinPage, PasswordPage, type SignInProps } from './pages.tsx';

const { sessionToken, visitToken, takeSession } = DESK_COOKIES;

/** Signing in and out, and members' own settings. */
export function entryRoutes(deps: DeskDeps): readonly Route[] {
  return [...signInRoutes(deps), ...linkRoutes(deps), ...joinRoutes(deps), ...ownRoutes(deps)];
}

function signInRoutes(deps: DeskDeps): readonly Route[] {
  const { isLocal, members } = deps;
  const page = async (
    request: IncomingMessage,
    more: Partial<Pick<SignInProps, 'email' | 'fault' | 'isOfKey' | 'notice'>> &
      Pick<SignInProps, 'next' | 'csrf'>,
  ) =>
    DeskSignInPage({
      deps,
      local: isLocal(request),
      mails: await deps.mailer.isOpen(),
      offered: await providersForAll(members),
      email: '',
      fault: null,
      isOfKey: false,
      notice: null,
      ...more,
    });
  return [
    deskRoute(deps, 'readDeskSignIn', async (request, response, { query }) => {
      const csrf = startVisit(deps, request, response);
      const done = query.get('done');
      const language = languageFor(request);
      const notice =
        noticeOf(done, messagesIn(language).desk.signIn) ?? signOnNotice(done, language);
      const next = safeNext(query.get('next'));
      sendPage(deps, response, 200, await page(request, { csrf, notice, next }));
    }),
    deskRoute(deps, 'signInToDesk', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const visited = visitToken(request);
      // Cookies are disabled, or the page is older than the browser's cookie.
      if (visited === null || !isCsrfOf(visited, form.get('csrf'))) {
        return redirect(response, '/console/sign-in');
      }
      charge(deps.attempts, context.clientIp);
      const next = safeNext(form.get('next'));
      const key = form.get('key');
      const opened =
        key === null
          ? await userByPassword(deps, form)
          : await sessionByKey(deps, request, key.trim());
      if (opened === null) {
        context.log.warn({ client_ip: context.clientIp }, 'a sign-in to the console was refused');
        const words = messagesIn(languageFor(request)).desk.signIn;
        // The same answer for an unknown address, a wrong password and a user without memberships.
        const fault = key === null ? words.refused : words.keyRefused;
        const email = form.get('email') ?? '';
        const shown = { csrf: csrfOf(visited), next, fault, isOfKey: key !== null, email };
        return sendPage(deps, response, 403, await page(request, shown));
      }
      if ('userId' in opened) {
        return letIn(deps, { request, response }, opened, { by: 'signInToDesk', next });
      }
      await changeSession(deps, request, response, opened.token);
      redirect(response, next);
    }),
    deskRoute(deps, 'signOutOfDesk', async (request, response) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const token = sessionToken(request);
      if (token !== null) {
        // Never confirm a sign-out while the session is still open.
        if (!isSessionsForm(token, form.get('csrf'))) throw otherSession();
        await closeMemberSession(members, token);
        takeSession(response, deps.isSecure(request));
      }
      redirect(response, '/console/sign-in?done=out');
    }),
  ];
}

function noticeOf(done: string | null, words: Messages['desk']['signIn']): string | null {
  switch (done) {
    case 'password':
      return words.donePassword;
    case 'out':
      return words.doneOut;
    case 'link':
      return words.doneLink;
    default:
      return null;
  }
}

/**
 * Checks address and password. Null: one is missing or wrong, or the user has no membership. Throws
 * a 429 after too many attempts.
 */
async function userByPassword(deps: DeskDeps, form: URLSearchParams): Promise<VerifiedUser | null> {
  const email = (form.get('email') ?? '').slice(0, 254);
  const password = form.get('password') ?? '';
  if (email === '' || password === '' || password.length > 1_000) return null;
  charge(deps.tries, normalEmail(email));
  return toVerifiedUser(await checkPassword(deps.members, email, password), 'password');
}

/**
 * Opens a session for an operator's key, or for the first key. Null: the key is unknown, or may not
 * open the console from there.
 */
async function sessionByKey(deps: DeskDeps, request: IncomingMessage, text: string) {
  const key = await authenticate(deps.keys, text);
  if (key === null || powerOf(key, request, deps.isLocal) === null) return null;
  deps.parts.log.info({ key_id: key.id }, 'an operator signed in');
  if (!key.bootstrap) return openMemberSession(deps.members, { apiKeyId: key.id }, null);
  const tenant = { merchantId: key.merchantId, mode: key.mode };
  const action = { action: 'signInToDesk', subject: null };
  await noteAction(deps.members, tenant, { kind: 'key', id: key.id }, action);
  return openMemberSession(deps.members, { apiKeyId: key.id }, tenant);
}

function joinRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  const findInvitationOf = async ({ params, clientIp }: RequestContext) => {
    charge(deps.attempts, clientIp);
    const token = params['token'] ?? '';
    const invitation = await findInvitation(members, token);
    if (invitation !== null) {
      const providers = await providersOfInvitation(members, invitation);
      return { token, invitation, providers, mails: await deps.mailer.isOpen() };
    }
    throw invitationGone();
  };
  return [
    deskRoute(deps, 'readDeskInvitation', async (request, response, context) => {
      const { token, invitation, ...more } = await findInvitationOf(context);
      const csrf = startVisit(deps, request, response);
      const said = { email: '', name: '' };
      const notice = signOnNotice(context.query.get('done'), languageFor(request));
      const shown = { deps, csrf, token, invitation, ...more, said, notice, fault: null };
      sendPage(deps, response, 200, JoinPage(shown));
    }),
    deskRoute(deps, 'acceptDeskInvitation', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const { token, invitation, ...more } = await findInvitationOf(context);
      const visited = visitToken(request);
      if (visited === null || !isCsrfOf(visited, form.get('csrf'))) {
        return redirect(response, `/console/join/${token}`);
      }
      const said = {
        email: form.get('email') ?? '',
        name: form.get('name') ?? '',
        password: form.get('password') ?? '',
        replaces: invitation.mayReplace && form.get('claim') === 'replace',
      };
      if (invitation.isKnown && !said.replaces)
        charge(deps.tries, normalEmail(invitation.email ?? ''));
      const outcome = await join(members, token, said);
      if (outcome.kind === 'gone') throw invitationGone();
      if (outcome.kind === 'fault') {
        const shown = { deps, csrf: csrfOf(visited), token, invitation, ...more, said };
        const fault = { fault: outcome.reason, isOfNew: said.replaces };
        return sendPage(deps, response, 422, JoinPage({ ...shown, ...fault }));
      }
      const { userId, merchantId, password, verified } = outcome;
      if (verified !== null) {
        await noteVerified(members, userId, { by: 'mail', replaced: verified === 'replaced' });
      }
      const tenant = { merchantId, mode: 'test' as const };
      const how = { by: 'acceptDeskInvitation', next: '/console', about: invitation.role } as const;
      const who = { userId, password, tenant, way: { kind: 'password' as const } };
      await letIn(deps, { request, response }, who, how);
    }),
  ];
}

function invitationGone(): Problem {
  return new Problem('not_found', 'members.linkNoLongerValid', {
    fix: 'members.findFirstOwnerLink',
  });
}

function ownRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  const isNew = (visitor: DeskVisitor) => maySetPassword(visitor, members.clock.nowMs());
  return [
    deskForm(deps, 'switchDesk', async ({ form, request, visitor }) => {
      const [id = '', mode] = (form.get('of') ?? '').split(' ');
      const merchant = form.get('slug') || id;
      const to = { merchant, mode: mode === 'live' ? ('live' as const) : ('test' as const) };
      const token = sessionToken(request);
      if (token === null || !(await switchTenant(members, token, visitor, to))) {
        throw new Problem('not_found', 'members.notMerchantMember');
      }
      const opensDemo = merchant === DEMO_TENANT.merchantId && !isDemo(visitor.tenant);
      return {
        seeOther: safeNext(form.get('next')),
        setCookie: opensDemo
          ? DESK_COOKIES.setBeforeDemo(visitor.tenant, deps.isSecure(request))
          : undefined,
      };
    }),
    deskPage(deps, 'readDeskPassword', async ({ visitor, query }) => {
      const isSet = query.get('done') === 'new';
      return PasswordPage({ deps, visitor, isNew: isNew(visitor), fault: null, isSet });
    }),
    deskForm(deps, 'changeDeskPassword', async ({ form, request, visitor, note }) => {
      if (form.get('current') === null) {
        const fault = await setNewPassword(
          members,
          visitor,
          sessionToken(request) ?? '',
          form.get('next') ?? '',
        );
        const shown = { deps, visitor, isNew: isNew(visitor), isSet: false };
        if (fault !== null) return { invalid: PasswordPage({ ...shown, fault }) };
        await note('by a mailed link');
        return { seeOther: '/console/password?done=new' };
      }
      if (visitor.actor.kind === 'user') charge(deps.tries, visitor.actor.person.email);
      const fault = await changePassword(members, visitor, {
        current: form.get('current') ?? '',
        next: form.get('next') ?? '',
      });
      const shown = { deps, visitor, isNew: isNew(visitor), isSet: false };
      if (fault !== null) return { invalid: PasswordPage({ ...shown, fault }) };
      await note(null);
      return { seeOther: '/console/sign-in?done=password' };
    }),
  ];
}

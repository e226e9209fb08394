import { Problem } from '../../../kernel/errors.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import {
  type Claim,
  findSignInLink,
  makeSignInLink,
  normalEmail,
  noteVerified,
  SIGN_IN_LINK_MS,
  useSignInLink,
} from '../../../merchants/index.ts';
import { LANGUAGES, languageOf } from '../../../platform/messages/languages.ts';
import { pickLanguage } from '../../kit/negotiation.ts';
import type { RequestContext, Route } from '../../kit/route.ts';
import { readConsoleForm } from '../console-form.ts';
import { deskRoute } from '../kit/desk-route.ts';
import { assertSameSite, redirect } from '../kit/page-answer.ts';
import { csrfOf, DESK_COOKIES, isCsrfOf } from '../kit/sign-in-cookie.ts';
import { sendPage } from '../kit/spoken.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { signInMail } from '../mails/member-mails.tsx';
import { AUTHORIZE_AT, consentRequestPage } from '../programs/consent-request.ts';
import { charge, letIn, startVisit, toVerifiedUser } from './let-in.ts';
import { LinkPage } from './link-page.tsx';

const { visitToken } = DESK_COOKIES;
const EMAIL_CHARS_MAX = 254;
/** Maximum mails in progress; beyond it the mail server is in trouble, and more would not help. */
const MAILS_UNDER_WAY_MAX = 20;

/** Sign-in by a mailed link. */
export function linkRoutes(deps: DeskDeps): readonly Route[] {
  const mail = mailLinks(deps);
  const findLink = async ({ params, clientIp }: RequestContext) => {
    charge(deps.attempts, clientIp);
    const token = params['token'] ?? '';
    const link = await findSignInLink(deps.members, token);
    if (link === null) throw linkGone();
    return { token, ...link };
  };
  return [
    deskRoute(deps, 'askDeskSignInLink', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const visited = visitToken(request);
      if (visited === null || !isCsrfOf(visited, form.get('csrf'))) {
        return redirect(response, '/console/sign-in');
      }
      if (!(await deps.mailer.isOpen())) {
        throw new Problem('conflict', 'members.mailNotConfigured', {
          fix: 'members.usePasswordOrMail',
        });
      }
      const email = (form.get('email') ?? '').slice(0, EMAIL_CHARS_MAX);
      charge(deps.attempts, context.clientIp);
      const accepts = request.headers['accept-language'];
      const language = languageOf(pickLanguage(null, accepts, LANGUAGES)) ?? 'en';
      redirect(response, '/console/sign-in?done=link');
      // Requesting links for others fills their mailbox, but must not keep them from signing in.
      if (deps.links.take(normalEmail(email)) > 0) return;
      // Mailed after the response, so that an unknown address takes equally long.
      mail({ email, language, log: context.log });
    }),
    deskRoute(deps, 'readDeskSignInLink', async (request, response, context) => {
      const { token, mayReplace } = await findLink(context);
      const csrf = startVisit(deps, request, response);
      sendPage(deps, response, 200, LinkPage({ deps, csrf, token, mayReplace, fault: null }));
    }),
    deskRoute(deps, 'signInByDeskLink', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const { token, mayReplace, email } = await findLink(context);
      const visited = visitToken(request);
      if (visited === null || !isCsrfOf(visited, form.get('csrf'))) {
        return redirect(response, `/console/sign-in/link/${token}`);
      }
      const claim = claimOf(form);
      if (mayReplace && claim?.kind === 'keep') charge(deps.tries, normalEmail(email));
      const outcome = await useSignInLink(deps.members, token, claim);
      if (outcome.kind === 'unclaimed' || outcome.kind === 'wrong') {
        const shown = { deps, csrf: csrfOf(visited), token, mayReplace };
        const fault = 'members.wrongPassword';
        return sendPage(deps, response, 422, LinkPage({ ...shown, fault }));
      }
      const user = outcome.kind === 'used' ? toVerifiedUser(outcome.user, 'link') : null;
      if (user === null || outcome.kind !== 'used') throw linkGone();
      const replaced = outcome.verified === 'replaced';
      if (outcome.verified !== null) {
        await noteVerified(deps.members, user.userId, { by: 'mail', replaced });
      }
      const wantsPassword = replaced || form.get('goal') === 'password';
      const landing = consentRequestPage(request) === null ? '/console' : AUTHORIZE_AT;
      const next = wantsPassword ? '/console/password' : landing;
      await letIn(deps, { request, response }, user, { by: 'signInByDeskLink', next });
    }),
  ];
}

/** Whether the user keeps or replaces the account's password; null: the form does not say. */
function claimOf(form: URLSearchParams): Claim | null {
  if (form.get('claim') === 'replace') return { kind: 'replace' };
  const password = form.get('password');
  return password === null ? null : { kind: 'keep', password: password.slice(0, 1_000) };
}

function linkGone(): Problem {
  return new Problem('not_found', 'members.linkUsedOrExpired', {
    fix: 'members.requestNewLink',
  });
}

interface LinkRequest {
  readonly email: string;
  readonly language: (typeof LANGUAGES)[number];
  readonly log: RequestContext['log'];
}

/** Creates and mails links in the background. Neither address nor link is logged. */
function mailLinks(deps: DeskDeps): (wanted: LinkRequest) => void {
  const { members, mailer, parts } = deps;
  let underWay = 0;
  async function mail({ email, language, log }: LinkRequest): Promise<void> {
    const made = await makeSignInLink(members, email);
    if (made === null) return;
    const { token, person } = made;
    const words = signInMail(
      { language, publicUrl: parts.publicUrl() },
      { email: person.email, token, minutes: SIGN_IN_LINK_MS / 60_000 },
    );
    const id = uuidV7(members.clock.nowMs(), members.randomBytes(10));
    const answer = await mailer.send({
      id,
      about: 'member_sign_in',
      to: person.email,
      mail: words,
    });
    if (answer.kind === 'sent') return;
    log.warn({ mail: id, reason: answer.reason }, 'a link to sign in may not have been sent');
  }
  return (wanted) => {
    if (underWay >= MAILS_UNDER_WAY_MAX) {
      wanted.log.warn({ under_way: underWay }, 'a link to sign in was not made: mail is slow');
      return;
    }
    underWay += 1;
    mail(wanted)
      .catch((err: unknown) => wanted.log.error({ err }, 'a link to sign in was not sent'))
      .finally(() => {
        underWay -= 1;
      });
  };
}

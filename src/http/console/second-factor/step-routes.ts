import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import {
  beginSecondFactor,
  checkCode,
  confirmSecondFactor,
  membershipsOfUser,
  type PendingSession,
  pendingOf,
  type SignInWay,
  secretMark,
  unconfirmedSecret,
} from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Route } from '../../kit/route.ts';
import { readConsoleForm } from '../console-form.ts';
import { charge, completeSignIn, safeNext } from '../entry/let-in.ts';
import { deskRoute } from '../kit/desk-route.ts';
import { assertSameSite, redirect } from '../kit/page-answer.ts';
import { csrfOf, DESK_COOKIES, isCsrfOf } from '../kit/sign-in-cookie.ts';
import { languageFor, sendPage } from '../kit/spoken.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { EnrolledPage, EnrolmentPage, SecondStepPage, setUpOf } from './pages.tsx';

const { sessionToken } = DESK_COOKIES;
const SIGN_IN_AT = '/console/sign-in';

/** The step between a password or mailed link and the desk. */
export function stepRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  /** The session that waits for this step, with its token's checks; null: there is none. */
  const findPending = async (request: IncomingMessage, awaits: PendingSession['awaits']) => {
    const token = sessionToken(request);
    const session = token === null ? null : await pendingOf(members, token);
    if (token === null || session?.awaits !== awaits) return null;
    return {
      ...session,
      csrf: csrfOf(token),
      isForm: (said: string | null) => isCsrfOf(token, said),
    };
  };
  return [
    deskRoute(deps, 'readDeskSecondStep', async (request, response, { query }) => {
      const who = await findPending(request, 'code');
      if (who === null) return redirect(response, SIGN_IN_AT);
      const next = safeNext(query.get('next'));
      sendPage(deps, response, 200, SecondStepPage({ deps, csrf: who.csrf, next, fault: null }));
    }),
    deskRoute(deps, 'passDeskSecondStep', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const who = await findPending(request, 'code');
      if (who === null || !who.isForm(form.get('csrf'))) return redirect(response, SIGN_IN_AT);
      charge(deps.attempts, context.clientIp);
      chargeCode(deps, who);
      const next = safeNext(form.get('next'));
      const outcome = await checkCode(members, who.userId, form.get('code') ?? '');
      if (outcome.kind === 'locked') throw tooMany(outcome.retryAfterS);
      if (outcome.kind === 'wrong') {
        context.log.warn({ client_ip: context.clientIp }, 'a second step was refused');
        const fault = messagesIn(languageFor(request)).desk.signIn.wrongCode;
        const shown = { deps, csrf: who.csrf, next, fault };
        return sendPage(deps, response, 403, SecondStepPage(shown));
      }
      const isIn = await completeSignIn(deps, { request, response }, who, 'passDeskSecondStep');
      redirect(response, isIn ? next : SIGN_IN_AT);
    }),
    deskRoute(deps, 'readDeskEnrolment', async (request, response, { query }) => {
      const who = await findPending(request, 'enrolment');
      if (who === null) return redirect(response, SIGN_IN_AT);
      const next = safeNext(query.get('next'));
      const shown = { deps, csrf: who.csrf, next, setUp: null, fault: null };
      sendPage(deps, response, 200, EnrolmentPage(shown));
    }),
    deskRoute(deps, 'enrolForDesk', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const who = await findPending(request, 'enrolment');
      if (who === null || !who.isForm(form.get('csrf'))) return redirect(response, SIGN_IN_AT);
      charge(deps.attempts, context.clientIp);
      if (!(await mayEnrol(deps, who))) return redirect(response, `${SIGN_IN_AT}?done=sso-enrol`);
      const next = safeNext(form.get('next'));
      const code = form.get('code');
      const shown = { deps, csrf: who.csrf, next };
      if (code === null) {
        const secret = await beginSecondFactor(members, who.userId);
        // It was set up in another browser meanwhile.
        if (secret === null) return redirect(response, SIGN_IN_AT);
        const setUp = await setUpOf(deps, secret, who);
        return sendPage(deps, response, 200, EnrolmentPage({ ...shown, setUp, fault: null }));
      }
      const mark = form.get('mark') ?? '';
      const codes = await confirmSecondFactor(members, who.userId, { code, mark }, null);
      if (codes === null) {
        const secret = await unconfirmedSecret(members, who.userId);
        if (secret === null || mark !== secretMark(members, who.userId, secret)) {
          // It expired, or was restarted elsewhere: a page can confirm only the secret it showed.
          return redirect(response, `/console/sign-in/enrol?next=${encodeURIComponent(next)}`);
        }
        const setUp = await setUpOf(deps, secret, who);
        const fault = messagesIn(languageFor(request)).desk.signIn.wrongCode;
        const page = EnrolmentPage({ ...shown, setUp, fault });
        return sendPage(deps, response, 422, page);
      }
      const isIn = await completeSignIn(deps, { request, response }, who, 'enrolForDesk');
      if (!isIn) return redirect(response, SIGN_IN_AT);
      sendPage(deps, response, 200, EnrolledPage({ deps, codes, next }));
    }),
  ];
}

interface CodeSender {
  readonly userId: string;
  readonly way: SignInWay;
}

/**
 * Charges the limit on codes of a session that a merchant's provider opened; throws a 429 beyond
 * it. The provider's operator can act as any member, and must not lock their codes at other
 * merchants.
 */
export function chargeCode({ codesByProvider }: DeskDeps, { userId, way }: CodeSender): void {
  const waitS = way.kind === 'provider' ? codesByProvider.take(userId) : 0;
  if (waitS > 0) throw tooMany(waitS);
}

/**
 * Whether the member may set up a second factor in this session. It would apply at all of the
 * member's merchants, so one whom a merchant's provider vouches for must have no other merchant.
 */
async function mayEnrol({ members }: DeskDeps, { userId, way }: CodeSender): Promise<boolean> {
  return way.kind !== 'provider' || (await membershipsOfUser(members, userId)).length === 1;
}

export function tooMany(retryAfterS: number): Problem {
  return new Problem('rate_limited', 'members.tooManyWrongCodes', { retryAfterS });
}

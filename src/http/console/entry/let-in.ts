import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  closeMemberSession,
  noteAction,
  openMemberSession,
  type ShownUser,
  type SignInWay,
} from '../../../merchants/index.ts';
import type { RateLimiter } from '../../kit/rate-limit.ts';
import { redirect } from '../kit/page-answer.ts';
import { csrfOf, DESK_COOKIES } from '../kit/sign-in-cookie.ts';
import type { DeskName } from '../kit/table.ts';
import type { DeskDeps } from '../kit/visit.ts';

const { sessionToken, visitToken, giveSession, giveVisit } = DESK_COOKIES;

const STEPS = { code: '/console/sign-in/code', enrolment: '/console/sign-in/enrol' } as const;

/** A user who has proved their identity, and the tenant they see first. */
export interface VerifiedUser {
  readonly userId: string;
  /** Hash of their password at that time. */
  readonly password: string;
  readonly way: SignInWay;
  readonly tenant: Tenant;
}

/** The user with their first membership; null: there is no such user, or no membership is left. */
export function toVerifiedUser(
  user: ShownUser | null,
  kind: 'password' | 'link',
): VerifiedUser | null {
  const [first] = user?.memberships ?? [];
  return user === null || first === undefined
    ? null
    : { userId: user.userId, password: user.password, way: { kind }, tenant: first.tenant };
}

interface LetInHow {
  readonly by: DeskName;
  readonly next: string;
  /** For the audit log. */
  readonly about?: string | null;
}

/**
 * Opens a session for the user; this browser's previous one ends. If a second step remains, the
 * session gives access only to that.
 */
export async function letIn(
  deps: DeskDeps,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { userId, password, way, tenant }: VerifiedUser,
  { by, next, about = null }: LetInHow,
): Promise<void> {
  const { members } = deps;
  const who = { userId, password, way, isThrough: false };
  const opened = await openMemberSession(members, who, tenant);
  if (opened === null) return redirect(response, '/console/sign-in');
  const { token, awaits } = opened;
  // Recorded before the second step too: a link has been used, or a password is known.
  const actor = { kind: 'user' as const, id: userId };
  await noteAction(members, tenant, actor, { action: by, subject: about });
  await changeSession(deps, request, response, token);
  if (awaits !== null) {
    return redirect(response, `${STEPS[awaits]}?next=${encodeURIComponent(next)}`);
  }
  redirect(response, next);
}

/** Completes the sign-in with a new token when nothing remains to do. False: start again. */
export async function completeSignIn(
  deps: DeskDeps,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { userId, password, way, tenant }: VerifiedUser,
  by: DeskName,
): Promise<boolean> {
  const who = { userId, password, way, isThrough: true };
  const opened = await openMemberSession(deps.members, who, tenant);
  if (opened === null) return false;
  const actor = { kind: 'user' as const, id: userId };
  await noteAction(deps.members, tenant, actor, { action: by, subject: null });
  await changeSession(deps, request, response, opened.token);
  return true;
}

/** Gives the browser a new session and ends the old one. */
export async function changeSession(
  deps: DeskDeps,
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
): Promise<void> {
  const before = sessionToken(request);
  if (before !== null) await closeMemberSession(deps.members, before);
  giveSession(response, token, deps.isSecure(request));
}

/** The token a form must repeat; sets the cookie it is derived from, unless the browser has one. */
export function startVisit(
  deps: DeskDeps,
  request: IncomingMessage,
  response: ServerResponse,
): string {
  const token = visitToken(request) ?? Buffer.from(deps.keys.randomBytes(32)).toString('base64url');
  giveVisit(response, token, deps.isSecure(request));
  return csrfOf(token);
}

/** Charges a rate limit; throws a 429 when it is exceeded. */
export function charge(limiter: RateLimiter, whom: string): void {
  const waitS = limiter.take(whom);
  if (waitS === 0) return;
  throw new Problem('rate_limited', 'members.tooManyAttempts', { retryAfterS: waitS });
}

/** A program that asks for access may have a longer query, which `storeConsentRequest` keeps. */
const DESK_PAGE = /^\/console(\/[A-Za-z0-9_-]{1,64}){0,4}(\?[A-Za-z0-9_=&%.+~:,*!()-]{1,1500})?$/;

/** The text if it is a page of the console, else the start page: no link may redirect elsewhere. */
export function safeNext(text: string | null): string {
  return text !== null && DESK_PAGE.test(text) ? text : '/console';
}

/** The requested page with its query, to return to after signing in; `path` if it cannot be. */
export function requestedPage(url: string | undefined, path: string): string {
  return url !== undefined && DESK_PAGE.test(url) ? url : path;
}

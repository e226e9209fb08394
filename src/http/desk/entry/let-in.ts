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
import { redirect } from '../../console/console-route.ts';
import { csrfOf, DESK_COOKIES } from '../../console/sign-in-cookie.ts';
import type { RateLimiter } from '../../kit/rate-limit.ts';
import type { DeskName } from '../table.ts';
import type { DeskDeps } from '../visit.ts';

const { sessionToken, visitToken, giveSession, giveVisit } = DESK_COOKIES;

const STEPS = { code: '/console/sign-in/code', enrolment: '/console/sign-in/enrol' } as const;

/** Somebody who has shown who they are, and what they look at first. */
export interface Found {
  readonly userId: string;
  /** The hash of the password that they had then. */
  readonly password: string;
  readonly way: SignInWay;
  readonly tenant: Tenant;
}

/** Null: they are a member of nothing any more. */
export function foundIn(user: ShownUser | null, kind: 'password' | 'link'): Found | null {
  const [first] = user?.memberships ?? [];
  return user === null || first === undefined
    ? null
    : { userId: user.userId, password: user.password, way: { kind }, tenant: first.tenant };
}

interface LetInHow {
  readonly by: DeskName;
  readonly next: string;
  /** For the audit. */
  readonly about?: string | null;
}

/**
 * Opens a session for whoever was found; the one this browser had before ends. Where a second step
 * is left to do, the session opens only that.
 */
export async function letIn(
  deps: DeskDeps,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { userId, password, way, tenant }: Found,
  { by, next, about = null }: LetInHow,
): Promise<void> {
  const { members } = deps;
  const who = { userId, password, way, isThrough: false };
  const opened = await openMemberSession(members, who, tenant);
  if (opened === null) return redirect(response, '/console/sign-in');
  const { token, awaits } = opened;
  // Before the second step, too: a link has been used up, and a password is known.
  const actor = { kind: 'user' as const, id: userId };
  await noteAction(members, tenant, actor, { action: by, subject: about });
  await changeSession(deps, request, response, token);
  if (awaits !== null) {
    return redirect(response, `${STEPS[awaits]}?next=${encodeURIComponent(next)}`);
  }
  redirect(response, next);
}

/** Signs in whoever has nothing left to do, with another token than before. False: they must begin anew. */
export async function completeSignIn(
  deps: DeskDeps,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { userId, password, way, tenant }: Found,
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

/** Gives the browser another session; the one it had ends. */
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

/** What a form must repeat; the browser is given what it is made from, unless it has that. */
export function visit(deps: DeskDeps, request: IncomingMessage, response: ServerResponse): string {
  const token = visitToken(request) ?? Buffer.from(deps.keys.randomBytes(32)).toString('base64url');
  giveVisit(response, token, deps.isSecure(request));
  return csrfOf(token);
}

export function charge(limiter: RateLimiter, whom: string): void {
  const waitS = limiter.take(whom);
  if (waitS === 0) return;
  throw new Problem('rate_limited', 'Too many attempts to sign in.', { retryAfterS: waitS });
}

const DESK_PAGE = /^\/console(\/[A-Za-z0-9_-]{1,64}){0,4}(\?[A-Za-z0-9_=&%.+~:,-]{1,500})?$/;

/** A page of the desk, with what it was asked for, and nothing that would lead elsewhere. */
export function nextOf(text: string | null): string {
  return text !== null && DESK_PAGE.test(text) ? text : '/console';
}

/** Where to go on after signing in: the page that was asked for. */
export function nextFor(url: string | undefined, path: string): string {
  return url !== undefined && DESK_PAGE.test(url) ? url : path;
}

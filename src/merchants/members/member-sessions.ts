import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import { type Language, languageOf } from '../../platform/messages/languages.ts';
import { type ActionFilter, actionsOf, insertAction } from './actions.sql.ts';
import { holdPassword, merchantsOfOperators } from './members.sql.ts';
import {
  type MembersDeps,
  newId,
  newToken,
  openPerson,
  type Person,
  tokenHash,
  userBoundTo,
} from './members-deps.ts';
import { holdIdentity } from './providers/identities.sql.ts';
import type { OperatorPower, Rights } from './roles.ts';
import { factorOfUser, isFactorRequired } from './second-factor/factors.sql.ts';
import {
  type Awaits,
  deleteMemberSession,
  insertMemberSession,
  memberSession,
  pendingSession,
  type SignInWay,
  wayOf,
} from './sessions.sql.ts';

/** A working day: somebody who leaves the desk open overnight has to sign in again. */
export const MEMBER_SESSION_MS = 12 * 3_600_000;
/** Time to find the phone, or to set up an app on it. */
const PENDING_MS = 15 * 60_000;
/** How many browsers one person can be signed in with at once; the oldest is signed out. */
const SESSIONS_MAX = 20;

/** Somebody who is signed in, with the merchant they look at. */
export interface MemberSession extends Rights {
  readonly tenant: Tenant;
  readonly merchant: { readonly slug: string; readonly name: string };
  readonly actor:
    | { readonly kind: 'user'; readonly id: string; readonly person: Person }
    /** The key of the first start, which opens the console on the machine itself; or an operator's. */
    | { readonly kind: 'key' | 'api_key'; readonly id: string; readonly name: string };
  readonly openedAtMs: number;
  /** The language chosen by the member for all browsers; null: the browser's language. */
  readonly language: Language | null;
  readonly way: SignInWay;
}

/** A user who has authenticated, but has a step left. */
export interface PendingSession {
  readonly userId: string;
  readonly person: Person;
  readonly tenant: Tenant;
  readonly awaits: Awaits;
  /** The hash of the user's current password. */
  readonly password: string;
  readonly way: SignInWay;
}

/** The user for whom a session is opened. */
export type SignsIn =
  | {
      readonly userId: string;
      /** The hash of the password that they had when they authenticated. */
      readonly password: string;
      /** Whether they have done the second step, too. */
      readonly isThrough: boolean;
      readonly way: SignInWay;
    }
  | { readonly apiKeyId: string };

/**
 * A new session. The token is the cookie's text, returned only here and stored only as its hash.
 */
export interface OpenedSession {
  readonly token: string;
  /** The step left before the session gives any access; null: none. */
  readonly awaits: Awaits | null;
}

/**
 * Opens a session. Null: the user no longer exists, or their password was changed after they
 * authenticated, which ends all sign-ins including this one. The same applies if their provider or
 * their connection to it was removed.
 *
 * @param tenant null: the first one open to operators.
 */
export async function openMemberSession(
  deps: MembersDeps,
  who: SignsIn,
  tenant: Tenant | null,
): Promise<OpenedSession | null> {
  const token = newToken(deps);
  const hash = tokenHash(token);
  if (hash === null) throw new Error('a new token is malformed');
  const nowMs = deps.clock.nowMs();
  const userId = 'userId' in who ? who.userId : null;
  const apiKeyId = 'apiKeyId' in who ? who.apiKeyId : null;
  const way = 'userId' in who ? who.way : { kind: 'password' as const };
  return withTransaction(deps.db.pipeline, async (tx) => {
    let awaits: Awaits | null = null;
    if ('userId' in who) {
      // Locked, so that anything that ends all sign-ins happens before this, or also ends this
      // session.
      if ((await holdPassword(tx, who.userId)) !== who.password) return null;
      if (way.kind === 'provider' && !(await holdIdentity(tx, way.id, who.userId))) return null;
      const isVouched = way.kind === 'provider' && way.vouched;
      awaits = who.isThrough || isVouched ? null : await remainingStep(tx, who.userId);
    }
    const expiresAtMs = nowMs + (awaits === null ? MEMBER_SESSION_MS : PENDING_MS);
    const first = tenant ?? (await merchantsOfOperators(tx))[0];
    if (first === undefined) return null;
    const { merchantId, mode } = first;
    const whose = { merchantId, mode, userId, apiKeyId, tokenHash: hash };
    const session = { ...whose, awaits, way, nowMs, expiresAtMs };
    await insertMemberSession(tx, session, SESSIONS_MAX);
    return { token, awaits };
  });
}

/** Whether an authenticated user must set up a second factor first. */
export async function mustEnrol({ db }: MembersDeps, userId: string): Promise<boolean> {
  return (await remainingStep(db.pipeline, userId)) === 'enrolment';
}

/** Returns the step left for an authenticated user; null: none. */
async function remainingStep(tx: Queryable, userId: string): Promise<Awaits | null> {
  const factor = await factorOfUser(tx, userId);
  if (factor?.confirmedAtMs != null) return 'code';
  return (await isFactorRequired(tx, userId)) ? 'enrolment' : null;
}

/** Returns the session of a token; null if the token is unknown or no longer valid. */
export async function memberOf(deps: MembersDeps, token: string): Promise<MemberSession | null> {
  const hash = tokenHash(token);
  const row = hash && (await memberSession(deps.db.pipeline, hash, deps.clock.nowMs()));
  if (row === null) return null;
  const base = {
    tenant: { merchantId: row.merchantId, mode: row.mode },
    merchant: { slug: row.slug, name: row.merchant },
    openedAtMs: row.createdAtMs,
    language: languageOf(row.language),
    way: wayOf(row),
  };
  const { userId, personal, role, power, apiKeyId: id, keyName: name, scopes } = row;
  if (userId !== null && personal !== null) {
    const person = openPerson(deps, personal, userBoundTo(userId));
    return { ...base, role, power, actor: { kind: 'user', id: userId, person } };
  }
  if (id === null || name === null || scopes === null) return null;
  const powerOfKey = row.isBootstrap ? 'write' : powerOfScopes(scopes);
  if (powerOfKey === null) return null;
  const actor = { kind: row.isBootstrap ? ('key' as const) : ('api_key' as const), id, name };
  return { ...base, role: null, power: powerOfKey, actor };
}

/** An operator's rights by the scopes of their key; null: it is no operator's key. Pure. */
export function powerOfScopes(scopes: readonly string[]): OperatorPower | null {
  if (scopes.includes('ops:write')) return 'write';
  return scopes.includes('ops:read') ? 'read' : null;
}

/**
 * Returns the pending session of a token; null if it is unknown, or its session has no step left.
 */
export async function pendingOf(deps: MembersDeps, token: string): Promise<PendingSession | null> {
  const hash = tokenHash(token);
  const row = hash && (await pendingSession(deps.db.pipeline, hash, deps.clock.nowMs()));
  if (row === null) return null;
  const { userId, merchantId, mode, awaits } = row;
  const person = openPerson(deps, row.personal, userBoundTo(userId));
  const { password } = row;
  return { userId, person, tenant: { merchantId, mode }, awaits, password, way: wayOf(row) };
}

export async function closeMemberSession(deps: MembersDeps, token: string): Promise<void> {
  const hash = tokenHash(token);
  if (hash !== null) await deleteMemberSession(deps.db.pipeline, hash);
}

/** The actor with the current name; null if the member or key no longer exists. */
export type WhoActed =
  | { readonly kind: 'member' | 'api_key'; readonly name: string | null }
  /** The holder of the key that the hub prints at its start, or the user of its command line. */
  | { readonly kind: 'first_key' | 'operator' };

/** Something that somebody did at the desk. */
export interface MemberAction extends Tenant {
  readonly id: string;
  readonly who: WhoActed;
  /** The name of the program by which they did it; null: they did it themselves. */
  readonly program: string | null;
  /** The id of the operation of the page or form, or the name of the program's tool. */
  readonly action: string;
  /** The subject of the action. */
  readonly subject: string | null;
  readonly atMs: number;
}

/** The actor: a member at the desk, a program with an API key, or the hub's operator. */
type Actor =
  | Pick<MemberSession['actor'], 'kind' | 'id'>
  | { readonly kind: 'api_key'; readonly id: string }
  | { readonly kind: 'operator'; readonly id: null };

/** Records an action and its subject in the merchant's audit, and the program that did it. */
export async function noteAction(
  deps: Pick<MembersDeps, 'db' | 'clock' | 'randomBytes'>,
  tenant: Tenant,
  actor: Actor,
  {
    action,
    subject,
    program = null,
  }: {
    readonly action: string;
    readonly subject: string | null;
    readonly program?: string | null;
  },
): Promise<void> {
  const id = newId(deps);
  const row = { id, actor: actor.kind, actorId: actor.id, action, subject, program };
  await insertAction(deps.db.pipeline, tenant, row, deps.clock.nowMs());
}

/**
 * Returns the newest actions in both modes; null or absent: at all merchants, of all actors or
 * kinds.
 */
export async function listActions(
  deps: MembersDeps,
  merchantId: string | null,
  { actorId = null, action = null, limit }: Partial<ActionFilter> & Pick<ActionFilter, 'limit'>,
): Promise<readonly MemberAction[]> {
  const rows = await actionsOf(deps.db.pipeline, merchantId, { actorId, action, limit });
  return rows.map((row) => ({
    id: row.id,
    merchantId: row.merchantId,
    mode: row.mode,
    who: toActor(deps, row),
    program: row.program,
    action: row.action,
    subject: row.subject,
    atMs: row.happenedAtMs,
  }));
}

function toActor(deps: MembersDeps, row: Awaited<ReturnType<typeof actionsOf>>[number]): WhoActed {
  const { actor, personal, keyName, actorId: id } = row;
  if (actor === 'key') return { kind: 'first_key' };
  if (actor === 'operator') return { kind: 'operator' };
  if (actor === 'api_key') return { kind: 'api_key', name: keyName };
  const isGone = personal === null || id === null;
  const name = isGone ? null : openPerson(deps, personal, userBoundTo(id)).name;
  return { kind: 'member', name };
}

import type { Mode, Tenant } from '../../kernel/tenant.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { roleOf, setMembershipMode } from './members.sql.ts';
import {
  type MembersDeps,
  newToken,
  openPerson,
  type Person,
  tokenHash,
  userBoundTo,
} from './members-deps.ts';
import type { Role } from './roles.ts';
import {
  type Awaits,
  deleteMemberSession,
  insertMemberSession,
  memberSession,
  pendingSession,
  setSessionTenant,
} from './sessions.sql.ts';

/** A working day: whoever leaves the desk open over night signs in anew. */
export const MEMBER_SESSION_MS = 12 * 3_600_000;
/** For finding the phone, and for setting up an app on it. */
const PENDING_MS = 15 * 60_000;
/** Browsers one person is signed in with at once; the oldest is signed out. */
const SESSIONS_MAX = 20;

/** Who is signed in, and as what. */
export interface MemberSession {
  readonly tenant: Tenant;
  readonly merchant: { readonly slug: string; readonly name: string };
  readonly role: Role;
  readonly actor:
    | { readonly kind: 'user'; readonly id: string; readonly person: Person }
    /** The key of the first start, which opens the desk on the machine itself. */
    | { readonly kind: 'key'; readonly id: string; readonly name: string };
  readonly openedAtMs: number;
}

/** Somebody who has shown who they are, and has something left to do. */
export interface PendingSession {
  readonly userId: string;
  readonly person: Person;
  readonly tenant: Tenant;
  readonly awaits: Awaits;
}

/** Signs somebody in; the token is the cookie's text, told this once and kept only as its hash. */
export async function openMemberSession(
  deps: MembersDeps,
  who: { readonly userId: string } | { readonly apiKeyId: string },
  tenant: Tenant,
  awaits: Awaits | null = null,
): Promise<string> {
  const token = newToken(deps);
  const hash = tokenHash(token);
  if (hash === null) throw new Error('a token has another form');
  const nowMs = deps.clock.nowMs();
  const session = {
    ...tenant,
    ...{ userId: null, apiKeyId: null },
    ...who,
    ...{ tokenHash: hash, awaits, nowMs },
    expiresAtMs: nowMs + (awaits === null ? MEMBER_SESSION_MS : PENDING_MS),
  };
  await withTransaction(deps.db.pipeline, (tx) => insertMemberSession(tx, session, SESSIONS_MAX));
  return token;
}

/** Null for any token that opens nothing, or nothing any more. */
export async function memberOf(deps: MembersDeps, token: string): Promise<MemberSession | null> {
  const hash = tokenHash(token);
  const row = hash && (await memberSession(deps.db.pipeline, hash, deps.clock.nowMs()));
  if (row === null) return null;
  const base = {
    tenant: { merchantId: row.merchant_id, mode: row.mode },
    merchant: { slug: row.slug, name: row.merchant },
    openedAtMs: row.created_at.getTime(),
  };
  const { user_id: userId, personal, role, api_key_id: keyId, key_name: keyName } = row;
  if (userId !== null && personal !== null && role !== null) {
    const person = openPerson(deps, personal, userBoundTo(userId));
    return { ...base, role, actor: { kind: 'user', id: userId, person } };
  }
  if (keyId === null) return null;
  return { ...base, role: 'owner', actor: { kind: 'key', id: keyId, name: keyName ?? '' } };
}

/** Null for any token that has nothing left to do: none at all, or one that is signed in. */
export async function pendingOf(deps: MembersDeps, token: string): Promise<PendingSession | null> {
  const hash = tokenHash(token);
  const row = hash && (await pendingSession(deps.db.pipeline, hash, deps.clock.nowMs()));
  if (row === null) return null;
  const { user_id: userId, merchant_id: merchantId, mode, awaits } = row;
  const person = openPerson(deps, row.personal, userBoundTo(userId));
  return { userId, person, tenant: { merchantId, mode }, awaits };
}

export async function closeMemberSession(deps: MembersDeps, token: string): Promise<void> {
  const hash = tokenHash(token);
  if (hash !== null) await deleteMemberSession(deps.db.pipeline, hash);
}

/** Looks at another merchant's parcels, or at those of the other mode. False: they are no member. */
export async function switchTenant(
  deps: MembersDeps,
  token: string,
  session: MemberSession,
  to: { readonly merchantId: string; readonly mode: Mode },
): Promise<boolean> {
  const hash = tokenHash(token);
  if (hash === null) return false;
  const { actor } = session;
  if (actor.kind === 'key') {
    if (to.merchantId !== session.tenant.merchantId) return false;
  } else {
    if ((await roleOf(deps.db.pipeline, actor.id, to.merchantId)) === null) return false;
    await setMembershipMode(deps.db.pipeline, actor.id, to.merchantId, to.mode);
  }
  await setSessionTenant(deps.db.pipeline, hash, to);
  return true;
}

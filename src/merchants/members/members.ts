import type { ErrorText } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import type { Language } from '../../platform/messages/languages.ts';
import { deleteViewsOf } from '../desk/views.sql.ts';
import { deleteGrantsOf } from '../oauth/oauth.sql.ts';
import {
  deleteInvitation,
  deleteInvitationsBy,
  deleteSignInLinksOf,
  invitationsOf,
} from './mailed-links.sql.ts';
import type { MemberSession } from './member-sessions.ts';
import {
  countOwners,
  deleteMembership,
  holdPassword,
  lockMembers,
  lockUser,
  type MembershipRow,
  memberRows,
  membershipsOf,
  putMembership,
  roleOf,
  setLanguage,
  setPassword,
  userById,
  userByMail,
} from './members.sql.ts';
import {
  invitationBoundTo,
  type MembersDeps,
  mailHash,
  normalEmail,
  openPerson,
  type Person,
  tokenHash,
  userBoundTo,
} from './members-deps.ts';
import { passwordFault } from './passwords.ts';
import type { Role } from './roles.ts';
import { deleteSessionsOf, useUpLink } from './sessions.sql.ts';

export interface Membership {
  readonly tenant: Tenant;
  readonly slug: string;
  readonly name: string;
  /** Null: open to them as an operator. */
  readonly role: Role | null;
}

export interface Member {
  readonly userId: string;
  readonly person: Person;
  readonly role: Role;
  readonly sinceMs: number;
  /** Whether they sign in with a second factor. */
  readonly hasSecondFactor: boolean;
  /** Whether it was verified that they read mail at their address. */
  readonly isVerified: boolean;
}

/** An authenticated user. */
export interface ShownUser {
  readonly userId: string;
  /**
   * The hash of the password that they had then: once it changes, this gives no access any more.
   */
  readonly password: string;
  readonly memberships: readonly Membership[];
}

/**
 * Returns the user with this address and password, and their memberships. Null for an unknown
 * address as for a wrong password, after the same amount of work.
 */
export async function checkPassword(
  deps: MembersDeps,
  email: string,
  password: string,
): Promise<ShownUser | null> {
  const user = await userByMail(deps.db.pipeline, mailHash(deps, email));
  const isRight = await deps.passwords.matches(password, user?.password ?? null);
  if (user === null || !isRight) return null;
  const memberships = await membershipsOfUser(deps, user.id);
  return { userId: user.id, password: user.password, memberships };
}

/** Returns a user's memberships by the merchants' names, then what is open to operators. */
export async function membershipsOfUser(
  { db }: Pick<MembersDeps, 'db'>,
  userId: string,
): Promise<readonly Membership[]> {
  return (await membershipsOf(db.pipeline, userId)).map(toMembership);
}

/** Sets the language of the desk for a user, in whichever browser they sign in. */
export function chooseLanguage(
  { db }: Pick<MembersDeps, 'db'>,
  userId: string,
  language: Language,
): Promise<void> {
  return setLanguage(db.pipeline, userId, language);
}

export function toMembership(row: MembershipRow): Membership {
  const { merchantId, mode, slug, name, role } = row;
  return { tenant: { merchantId, mode }, slug, name, role };
}

/** Returns a merchant's members, the oldest first. */
export async function listMembers(
  deps: MembersDeps,
  merchantId: string,
): Promise<readonly Member[]> {
  return (await memberRows(deps.db.pipeline, merchantId)).map((row) => ({
    userId: row.userId,
    person: openPerson(deps, row.personal, userBoundTo(row.userId)),
    role: row.role,
    sinceMs: row.createdAtMs,
    hasSecondFactor: row.hasFactor,
    isVerified: row.isVerified,
  }));
}

export type MemberOutcome = 'done' | 'not_found' | 'last_owner';

/**
 * Changes a member's role, or removes them (null). All their sessions end, and so do the open
 * invitations of a removed member, and those made by an owner who is no longer one. A merchant
 * always has at least one owner.
 */
export async function changeRole(
  deps: MembersDeps,
  merchantId: string,
  userId: string,
  role: Role | null,
): Promise<MemberOutcome> {
  const { db, clock } = deps;
  return withTransaction(db.pipeline, async (tx) => {
    await lockMembers(tx, merchantId);
    const before = await roleOf(tx, userId, merchantId);
    if (before === null) return 'not_found';
    if (before === role) return 'done';
    if (before === 'owner' && (await countOwners(tx, merchantId)) < 2) return 'last_owner';
    await lockUser(tx, userId);
    await endSignIns(tx, userId);
    await deleteInvitationsBy(tx, merchantId, userId);
    if (role === null) {
      await deleteInvitationsTo(deps, tx, merchantId, userId);
      await deleteViewsOf(tx, userId, merchantId);
      await deleteMembership(tx, userId, merchantId);
    } else await putMembership(tx, { userId, merchantId, role }, clock.nowMs());
    return 'done';
  });
}

/**
 * Deletes the open invitations to a member who is being removed: somebody invited twice could
 * return through the unused link.
 */
async function deleteInvitationsTo(
  deps: MembersDeps,
  tx: Queryable,
  merchantId: string,
  userId: string,
): Promise<void> {
  const user = await userById(tx, userId);
  if (user === null) return;
  const { email } = openPerson(deps, user.personal, userBoundTo(userId));
  for (const { id, personal } of await invitationsOf(tx, merchantId, deps.clock.nowMs())) {
    const invited = personal && openPerson(deps, personal, invitationBoundTo(id)).email;
    if (invited !== null && normalEmail(invited) === normalEmail(email)) {
      await deleteInvitation(tx, merchantId, id);
    }
  }
}

/**
 * Changes the password and ends all sessions. Returns the fault of the new password, or null if it
 * was set.
 */
export async function changePassword(
  deps: MembersDeps,
  { actor }: Pick<MemberSession, 'actor'>,
  { current, next }: { readonly current: string; readonly next: string },
): Promise<ErrorText | null> {
  const user = actor.kind === 'user' ? await userById(deps.db.pipeline, actor.id) : null;
  if (actor.kind !== 'user' || user === null) {
    return 'members.keyHasNoPassword';
  }
  const fault = passwordFault(next, actor.person.email);
  if (fault !== null) return fault;
  if (!(await deps.passwords.matches(current, user.password))) {
    return 'members.wrongCurrentPassword';
  }
  const password = await deps.passwords.hash(next);
  return withTransaction(deps.db.pipeline, async (tx) => {
    await lockUser(tx, user.id);
    // Hashing takes a while: the password may have changed, or the account been replaced.
    if ((await holdPassword(tx, user.id)) !== user.password) {
      return 'members.wrongCurrentPassword';
    }
    await setPassword(tx, user.id, password);
    await endSignIns(tx, user.id);
    return null;
  });
}

/** Short, so that somebody who finds an unattended desk cannot set a password. */
const NEW_PASSWORD_MS = 15 * 60_000;

/**
 * Whether a user may set a password without entering the current one: they signed in by a mailed
 * link just now. Pure.
 */
export function maySetPassword(
  { actor, way, openedAtMs }: Pick<MemberSession, 'actor' | 'way' | 'openedAtMs'>,
  nowMs: number,
): boolean {
  return actor.kind === 'user' && way.kind === 'link' && nowMs - openedAtMs <= NEW_PASSWORD_MS;
}

/**
 * Sets the password of a member who forgot theirs and used a mailed link. Only this session
 * remains, and a link allows one change. Returns the fault of the new password, or null if it was
 * set.
 *
 * @param token of the session that makes the request
 */
export async function setNewPassword(
  deps: MembersDeps,
  session: Pick<MemberSession, 'actor' | 'way' | 'openedAtMs'>,
  token: string,
  next: string,
): Promise<ErrorText | null> {
  const { actor } = session;
  const hash = tokenHash(token);
  if (hash === null || actor.kind !== 'user' || !maySetPassword(session, deps.clock.nowMs())) {
    return NOT_BY_LINK;
  }
  const fault = passwordFault(next, actor.person.email);
  if (fault !== null) return fault;
  const password = await deps.passwords.hash(next);
  return withTransaction(deps.db.pipeline, async (tx) => {
    // Locked before the session, so that anything that ends all sessions runs before or after this.
    await lockUser(tx, actor.id);
    if (!(await useUpLink(tx, hash))) return NOT_BY_LINK;
    await setPassword(tx, actor.id, password);
    await endSignIns(tx, actor.id, hash);
    return null;
  });
}

const NOT_BY_LINK = 'members.noRecentMailedLink';

/**
 * Signs a user out everywhere, except for the session whose token has the hash `exceptSession`. Their
 * sign-in links end, too.
 */
export async function endSignIns(
  tx: Queryable,
  userId: string,
  exceptSession: Uint8Array | null = null,
): Promise<void> {
  await deleteSessionsOf(tx, userId, exceptSession);
  await deleteGrantsOf(tx, userId);
  await deleteSignInLinksOf(tx, userId);
}

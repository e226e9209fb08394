import { withTransaction } from '../../../platform/database/database.ts';
import { insertSignInLink, takeSignInLink, userBySignInLink } from '../mailed-links.sql.ts';
import { lockUser, setVerified, userById, userByMail } from '../members.sql.ts';
import { membershipsOfUser, type ShownUser } from '../members.ts';
import {
  type MembersDeps,
  mailHash,
  newToken,
  openPerson,
  type Person,
  tokenHash,
  userBoundTo,
} from '../members-deps.ts';
import { isReplaceable, replaceCredentials, unusablePassword } from '../verification.ts';

/** Short, because a person who requests a link is looking at their mail now. */
export const SIGN_IN_LINK_MS = 15 * 60_000;
/** Several links may be valid at once: mail may be late, and people press the button again. */
const LINKS_MAX = 3;

/**
 * Creates a link that signs in the owner of this address; the token is stored only as its hash.
 * Null if nobody has the address.
 */
export async function makeSignInLink(
  deps: Omit<MembersDeps, 'passwords'>,
  email: string,
): Promise<{ readonly token: string; readonly person: Person } | null> {
  const user = await userByMail(deps.db.pipeline, mailHash(deps, email));
  if (user === null) return null;
  const token = newToken(deps);
  const hash = tokenHash(token);
  if (hash === null) throw new Error('a new token is malformed');
  const nowMs = deps.clock.nowMs();
  const link = { tokenHash: hash, userId: user.id, nowMs, expiresAtMs: nowMs + SIGN_IN_LINK_MS };
  await withTransaction(deps.db.pipeline, (tx) => insertSignInLink(tx, link, LINKS_MAX));
  return { token, person: openPerson(deps, user.personal, userBoundTo(user.id)) };
}

/** A link that is still valid. */
export interface OpenSignInLink {
  /**
   * Whether the account's address is unverified, so that the person who opens the link must say
   * whether the password is theirs.
   */
  readonly mayReplace: boolean;
  readonly email: string;
}

/**
 * Returns the account that a link opens; null if it is no longer valid. Does not use it up:
 * programs that scan mail open links, too.
 */
export async function findSignInLink(
  deps: MembersDeps,
  token: string,
): Promise<OpenSignInLink | null> {
  const hash = tokenHash(token);
  const user = hash && (await userBySignInLink(deps.db.pipeline, hash, deps.clock.nowMs()));
  if (user === null) return null;
  const { email } = openPerson(deps, user.personal, userBoundTo(user.id));
  return { mayReplace: isReplaceable(user, 'sign_in_link'), email };
}

/** What the person who opens a link says about an account whose address is unverified. */
export type Claim =
  /** They know its password, and keep it and the second factor. */
  | { readonly kind: 'keep'; readonly password: string }
  /** A stranger created it, or they remember nothing: password and second factor are removed. */
  | { readonly kind: 'replace' };

export type LinkOutcome =
  | {
      readonly kind: 'used';
      readonly user: ShownUser;
      readonly verified: 'kept' | 'replaced' | null;
    }
  /** The link was used, or has expired. */
  | { readonly kind: 'gone' }
  /** The person made no claim, or a wrong password was entered. The link is still valid. */
  | { readonly kind: 'unclaimed' | 'wrong' };

/** Uses up a link; returns the user whom it signs in, and their memberships. */
export async function useSignInLink(
  deps: MembersDeps,
  token: string,
  claim: Claim | null,
): Promise<LinkOutcome> {
  const { pipeline } = deps.db;
  const hash = tokenHash(token);
  const found = hash && (await userBySignInLink(pipeline, hash, deps.clock.nowMs()));
  if (hash === null || found === null) return { kind: 'gone' };
  const mayReplace = isReplaceable(found, 'sign_in_link');
  if (mayReplace && claim === null) return { kind: 'unclaimed' };
  const keeps = mayReplace && claim?.kind === 'keep';
  if (keeps && !(await deps.passwords.matches(claim.password, found.password))) {
    return { kind: 'wrong' };
  }
  const newPassword = mayReplace && !keeps ? unusablePassword(deps) : null;
  const isUsed = await withTransaction(pipeline, async (tx) => {
    const nowMs = deps.clock.nowMs();
    // Locked before the link, as in everything that ends sign-ins.
    await lockUser(tx, found.id);
    const now = await userById(tx, found.id);
    if (now?.password !== found.password || now.verifiedBy !== found.verifiedBy) return false;
    if (!(await takeSignInLink(tx, hash, nowMs))) return false;
    if (newPassword !== null) {
      await replaceCredentials(tx, found.id, { password: newPassword, by: 'mail', nowMs });
    } else if (keeps) await setVerified(tx, found.id, 'mail', nowMs);
    return true;
  });
  if (!isUsed) return { kind: 'gone' };
  const memberships = await membershipsOfUser(deps, found.id);
  const user = { userId: found.id, password: newPassword ?? found.password, memberships };
  const verified = mayReplace ? (newPassword === null ? 'kept' : 'replaced') : null;
  return { kind: 'used', user, verified };
}

import { withTransaction } from '../../../platform/database/database.ts';
import { userByMail } from '../members.sql.ts';
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
import { hasSignInLink, insertSignInLink, takeSignInLink } from './sign-in-links.sql.ts';

/** Whoever asks for a link looks into their mail now. */
export const SIGN_IN_LINK_MS = 15 * 60_000;
/** Open at once: mail may be late, and people press the button again. */
const LINKS_MAX = 3;

/**
 * Makes a link that signs in whoever has this address; the token is kept only as its hash.
 * Null: nobody has the address.
 */
export async function makeSignInLink(
  deps: MembersDeps,
  email: string,
): Promise<{ readonly token: string; readonly person: Person } | null> {
  const user = await userByMail(deps.db.pipeline, mailHash(deps, email));
  if (user === null) return null;
  const token = newToken(deps);
  const hash = tokenHash(token);
  if (hash === null) throw new Error('a token has another form');
  const nowMs = deps.clock.nowMs();
  const link = { tokenHash: hash, userId: user.id, nowMs, expiresAtMs: nowMs + SIGN_IN_LINK_MS };
  await withTransaction(deps.db.pipeline, (tx) => insertSignInLink(tx, link, LINKS_MAX));
  return { token, person: openPerson(deps, user.personal, userBoundTo(user.id)) };
}

/** Whether a link would still open something. Takes nothing: programs that read mail look, too. */
export async function isSignInLink(deps: MembersDeps, token: string): Promise<boolean> {
  const hash = tokenHash(token);
  return hash !== null && (await hasSignInLink(deps.db.pipeline, hash, deps.clock.nowMs()));
}

/** Uses a link up: whom it signs in, and where they are a member. Null: it was used, or is too old. */
export async function useSignInLink(deps: MembersDeps, token: string): Promise<ShownUser | null> {
  const hash = tokenHash(token);
  const taken = hash && (await takeSignInLink(deps.db.pipeline, hash, deps.clock.nowMs()));
  if (taken === null) return null;
  const { user_id: userId, password } = taken;
  return { userId, password, memberships: await membershipsOfUser(deps, userId) };
}

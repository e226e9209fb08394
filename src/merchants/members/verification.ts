import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import { noteAction } from './member-sessions.ts';
import {
  lockUser,
  membershipsOf,
  type Proof,
  setPassword,
  setVerified,
  type UserRow,
  userByMail,
} from './members.sql.ts';
import { endSignIns } from './members.ts';
import { type MembersDeps, mailHash, newToken } from './members-deps.ts';
import { deleteIdentitiesOf } from './providers/identities.sql.ts';
import { deleteFactor } from './second-factor/factors.sql.ts';

/**
 * Whether the holder of a mailed link may replace an account's credentials. Pure.
 *
 * @param by `invitation`: from a merchant that the account does not belong to. Each merchant
 * chooses its own provider, whose statement must not bind another merchant.
 */
export function isReplaceable(
  { verifiedBy: proof }: Pick<UserRow, 'verifiedBy'>,
  by: 'sign_in_link' | 'invitation',
): boolean {
  return proof === null || (proof === 'provider' && by === 'invitation');
}

/**
 * Returns a value that no password matches and that is always different: sign-ins in progress are
 * compared by it.
 */
export function unusablePassword(deps: Pick<MembersDeps, 'randomBytes'>): string {
  return `none$${newToken(deps)}`;
}

/**
 * Transfers an account to the proven owner of its address. Password, second step, recovery codes,
 * connected accounts, sessions and sign-in links end. Memberships stay: merchants granted them to
 * the address. Expects the user's row to be locked.
 */
export async function replaceCredentials(
  tx: Queryable,
  userId: string,
  wanted: { readonly password: string; readonly by: Proof; readonly nowMs: number },
): Promise<void> {
  await setPassword(tx, userId, wanted.password);
  await deleteFactor(tx, userId);
  await deleteIdentitiesOf(tx, userId);
  await endSignIns(tx, userId);
  await setVerified(tx, userId, wanted.by, wanted.nowMs);
}

export type VerifyOutcome =
  | { readonly kind: 'verified' | 'replaced'; readonly userId: string }
  | { readonly kind: 'already'; readonly userId: string }
  | { readonly kind: 'unknown' };

/**
 * Verifies an address on a hub that cannot send mail: the operator confirms that it belongs to the
 * user of the account, or (`replace`) removes what a stranger set up, so that the owner starts
 * again.
 */
export function verifyByOperator(
  deps: Omit<MembersDeps, 'passwords'>,
  email: string,
  { replace }: { readonly replace: boolean },
): Promise<VerifyOutcome> {
  return withTransaction(deps.db.pipeline, async (tx): Promise<VerifyOutcome> => {
    const found = await userByMail(tx, mailHash(deps, email));
    if (found === null) return { kind: 'unknown' };
    const { id: userId } = found;
    await lockUser(tx, userId);
    const nowMs = deps.clock.nowMs();
    if (replace) {
      const password = unusablePassword(deps);
      await replaceCredentials(tx, userId, { password, by: 'operator', nowMs });
      return { kind: 'replaced', userId };
    }
    const isDone = await setVerified(tx, userId, 'operator', nowMs);
    return { kind: isDone ? 'verified' : 'already', userId };
  });
}

/** The operation under which the verification of an address appears in the audit. */
const VERIFIED = 'verifyMemberAddress';

/** Records in the audit of each of the user's merchants how the address was verified. */
export async function noteVerified(
  deps: Pick<MembersDeps, 'db' | 'clock' | 'randomBytes'>,
  userId: string,
  { by, replaced }: { readonly by: Proof; readonly replaced: boolean },
): Promise<void> {
  const how = replaced ? ', password and second step replaced' : '';
  const action = { action: VERIFIED, subject: `by ${by}${how} ${userId}` };
  const actor =
    by === 'operator'
      ? { kind: 'operator' as const, id: null }
      : { kind: 'user' as const, id: userId };
  for (const { merchantId, mode, role } of await membershipsOf(deps.db.pipeline, userId)) {
    if (role !== null) await noteAction(deps, { merchantId, mode }, actor, action);
  }
}

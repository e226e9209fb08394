import { type AccountFailure, type CarrierAccess, failureOf } from '../contract/pull.ts';
import type { OpenedSession } from './session.ts';

/**
 * A carrier's verdict on an account's credentials. `unasked`: its adapter has no call to check
 * them, so the first poll of a parcel does.
 */
export type AccessVerdict =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'unasked' }
  | AccountFailure;

/**
 * Checks credentials with at most one call: for a token if the carrier has tokens, otherwise the
 * cheapest call.
 */
export async function verifyAccess(
  { token, verify }: CarrierAccess,
  session: OpenedSession,
): Promise<AccessVerdict> {
  if (token !== undefined) return (await session.authenticate()) ?? { outcome: 'accepted' };
  if (verify === undefined) return { outcome: 'unasked' };
  const answer = await session.send(verify.request(session.credentials));
  if (answer.kind === 'http') return verify.read(answer);
  return failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
}

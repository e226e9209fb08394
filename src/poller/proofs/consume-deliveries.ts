import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import { eraseProofs } from '../../intake/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { keyText, type PollTarget } from '../due/target.ts';
import { givesProofs, isProofWanted } from './decide.ts';
import { unwantProofs, wantProofs } from './proof-requests.sql.ts';

/**
 * Records which proofs are wanted after targets changed, and removes the requests of deliveries
 * that no longer count. If a proof was fetched after the merchant deleted the parcel, but before
 * that was known here, it is erased.
 */
export async function consumeDeliveries(
  tx: Queryable,
  before: readonly PollTarget[],
  after: readonly PollTarget[],
  { adapterOf, nowMs }: { adapterOf: AdapterOf; nowMs: number },
): Promise<void> {
  const wanted = after.filter(
    (target) => isProofWanted(target) && givesProofs(adapterOf(target.carrier)),
  );
  const wantedBefore = new Set(before.filter(isProofWanted).map(keyText));
  const gone = after.filter(
    (target) => wantedBefore.has(keyText(target)) && !isProofWanted(target),
  );
  await wantProofs(tx, wanted, nowMs);
  const unwanted = await unwantProofs(tx, gone);
  for (const target of unwanted) {
    if (target.endReason !== 'deleted') continue;
    await eraseProofs(tx, target, { ...target, fromMs: target.createdAtMs, untilMs: null });
  }
}

export type AdapterOf = (carrier: string) => CarrierAdapter | undefined;

import type { DeliveriesDeps } from './deps.ts';
import { type ApplyCases, reconcile as repairAll, watchCustody } from './matching/custody.ts';
import { type Matched, matchOpen as matchDue } from './matching/match-open.ts';

export { createCourierIndex } from './matching/courier-index.ts';
export { pushOffers } from './pushing/push-offers.ts';
export { claimDue, rescheduleMatch } from './store/deliveries.sql.ts';
export { writeAnswers } from './store/offers.sql.ts';

/**
 * Matches the due deliveries. Rejects with the first failure, after all merchants have had their
 * turn.
 */
export async function matchOpen(...of: Parameters<typeof matchDue>): Promise<Matched> {
  const matched = await matchDue(...of);
  if (matched.failures.length > 0) throw matched.failures[0];
  return matched;
}

/** Repairs deliveries, and returns the faults found, in order. */
export async function reconcile(deps: DeliveriesDeps, limit?: number): Promise<string[]> {
  const wrong: string[] = [];
  await repairAll(deps, (why) => wrong.push(why), limit);
  return wrong;
}

/** Checks custody, and returns the troubles of parcels that need attention since the last check. */
export async function maintainCustody(
  deps: DeliveriesDeps,
  applyCases: ApplyCases,
): Promise<string[]> {
  const wrong: string[] = [];
  await watchCustody(deps, applyCases, (why) => wrong.push(why));
  return wrong;
}

import type { DeliveriesDeps } from './deps.ts';
import { type ApplyCases, reconcile as mendAll, watchCustody } from './matching/custody.ts';
import { type Matched, matchOpen as matchDue } from './matching/match-open.ts';

export { createCourierIndex } from './matching/courier-index.ts';
export { pushOffers } from './pushing/push-offers.ts';
export { claimDue, rescheduleMatch } from './store/deliveries.sql.ts';
export { writeAnswers } from './store/offers.sql.ts';

/** Rejects after all have had their turn. */
export async function matchOpen(...of: Parameters<typeof matchDue>): Promise<Matched> {
  const matched = await matchDue(...of);
  if (matched.failures.length > 0) throw matched.failures[0];
  return matched;
}

/** The faults found, in order. */
export async function reconcile(deps: DeliveriesDeps, limit?: number): Promise<string[]> {
  const wrong: string[] = [];
  await mendAll(deps, (why) => wrong.push(why), limit);
  return wrong;
}

/** The parcels found to need attention since the last check. */
export async function maintainCustody(
  deps: DeliveriesDeps,
  applyCases: ApplyCases,
): Promise<string[]> {
  const wrong: string[] = [];
  await watchCustody(deps, applyCases, (why) => wrong.push(why));
  return wrong;
}

import type { DeliveriesDeps } from './deps.ts';
import { type ApplyCases, watchCustody } from './matching/custody.ts';
import { matchOpen as lookAtDue, type Matched } from './matching/match-open.ts';
import { reconcile as mendAll } from './matching/reconcile.ts';

export { createCourierIndex } from './matching/courier-index.ts';
export { pushOffers } from './pushing/push-offers.ts';
export { claimDue, lookAgainFor } from './store/deliveries.sql.ts';
export { writeAnswers } from './store/offers.sql.ts';

/** Rejects after all have had their turn. */
export async function matchOpen(...of: Parameters<typeof lookAtDue>): Promise<Matched> {
  const matched = await lookAtDue(...of);
  if (matched.failures.length > 0) throw matched.failures[0];
  return matched;
}

/** What was wrong, in its order. */
export async function reconcile(deps: DeliveriesDeps, limit?: number): Promise<string[]> {
  const wrong: string[] = [];
  await mendAll(deps, (why) => wrong.push(why), limit);
  return wrong;
}

/** What is in no good hands since this look. */
export async function lookAfterCustody(
  deps: DeliveriesDeps,
  applyCases: ApplyCases,
): Promise<string[]> {
  const wrong: string[] = [];
  await watchCustody(deps, applyCases, (why) => wrong.push(why));
  return wrong;
}

import type { DeliveriesDeps } from './deps.ts';
import { type ApplyCases, watchCustody } from './matching/custody.ts';
import { reconcile as mendAll } from './matching/reconcile.ts';

export { createCourierIndex } from './matching/courier-index.ts';
export { matchOpen } from './matching/match-open.ts';
export { pushOffers } from './pushing/push-offers.ts';
export { lookAgainFor } from './store/deliveries.sql.ts';

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

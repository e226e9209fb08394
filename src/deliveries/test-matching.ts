import type { DeliveriesDeps } from './deps.ts';
import { reconcile as mendAll } from './matching/reconcile.ts';

export { matchOpen } from './matching/match-open.ts';

/** What was wrong, in its order. */
export async function reconcile(deps: DeliveriesDeps, limit?: number): Promise<string[]> {
  const wrong: string[] = [];
  await mendAll(deps, (why) => wrong.push(why), limit);
  return wrong;
}

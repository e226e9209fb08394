import type { Tenant } from '../../kernel/tenant.ts';
import { blameOf } from '../../platform/database/blame.ts';
import { gathered } from '../../platform/work/gathered.ts';
import type { DeliveriesDeps } from './deps.ts';

/**
 * At lunch time dozens come in a second, and a transaction with its locks and commit costs as much
 * as several deliveries. A single request does not wait, and at full load none waits longer than
 * this.
 */
const GATHERS = { ms: 100, enough: 24 };
/** Written in one transaction: a request for one of them waits no longer than for a few. */
const TOGETHER_MAX = 24;
/** A few seconds of full load. */
const PENDING_MAX = 2_000;

/**
 * Batches single-delivery requests of a tenant that arrive at the same time.
 *
 * @param work as in `gathered`.
 * @param batchMax at most so many; absent: as many as are written in one transaction.
 */
export function togetherByTenant<Item, Outcome>(
  work: (
    deps: DeliveriesDeps,
    tenant: Tenant,
    items: readonly Item[],
    tell: (place: number, outcome: Outcome) => void,
  ) => Promise<readonly Outcome[]>,
  batchMax = TOGETHER_MAX,
): (deps: DeliveriesDeps, tenant: Tenant, item: Item) => Promise<Outcome> {
  const known = new WeakMap<DeliveriesDeps, (tenant: Tenant, item: Item) => Promise<Outcome>>();
  return (deps, tenant, item) => {
    const add =
      known.get(deps) ??
      gathered<Tenant, Item, Outcome>({
        nameOf: ({ merchantId, mode }) => `${merchantId} ${mode}`,
        work: (tenant, items, tell) => work(deps, tenant, items, tell),
        batchMax,
        pendingMax: PENDING_MAX,
        gathers: GATHERS,
        // One of them ran into a conflict. Retried one by one, the others succeed at once, and
        // maybe that one does, too.
        mayBeItsItems: (error) => ['entry', 'conflict'].includes(blameOf(error)),
        failsAll: (error) => blameOf(error) === 'unavailable',
      });
    known.set(deps, add);
    return add(tenant, item);
  };
}

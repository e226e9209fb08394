import type { Tenant } from '../../kernel/tenant.ts';
import { blameOf } from '../../platform/database/database-errors.ts';
import { gathered } from '../../platform/work/gathered.ts';
import { type CourierAtWork, type CouriersAmong, couriersOnShift } from '../couriers/index.ts';
import type { OnShift } from '../dispatch/index.ts';
import type { DeliveriesDeps } from './deps.ts';
import { habitsOf } from './store/offers.sql.ts';

/** Period of a courier's answers that count; older ones do not show how the courier answers now. */
const ANSWERS_COUNT_MS = 86_400_000;
interface AtWork {
  readonly couriers: readonly (OnShift & Pick<CourierAtWork, 'contactEndsAtMs'>)[];
  /** The time of each courier's last position, epoch ms; absent: no position. */
  readonly positionAtMs: ReadonlyMap<string, number>;
}

/**
 * A tenant's couriers on shift with their last position, and how often they accepted or declined in
 * the last 24 hours.
 */
export async function couriersAtWork(
  deps: Pick<DeliveriesDeps, 'db' | 'clock' | 'placesOf'>,
  tenant: Tenant,
  among: CouriersAmong,
): Promise<AtWork> {
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const onShift = await couriersOnShift(pipeline, tenant, nowMs, among);
  if (onShift.length === 0) return { couriers: [], positionAtMs: new Map() };
  const ids = onShift.map(({ courierId }) => courierId);
  const [places, habits] = await Promise.all([
    deps.placesOf(tenant, ids),
    habitsOf(pipeline, ids, nowMs - ANSWERS_COUNT_MS),
  ]);
  const byId = new Map(habits.map((habit) => [habit.courierId, habit]));
  const couriers = onShift.map((courier) => {
    const { vehicle, ...known } = courier;
    const habit = byId.get(courier.courierId);
    return {
      ...known,
      by: vehicle,
      place: places.get(courier.courierId) ?? null,
      accepted: habit?.accepted ?? 0,
      declined: habit?.declined ?? 0,
      lastAcceptedMs: habit?.lastAcceptedMs ?? null,
    };
  });
  const positionAtMs = new Map([...places].map(([id, { atMs }]) => [id, atMs]));
  return { couriers, positionAtMs };
}

/**
 * How long to collect requests for a batch, and how many end the wait early. At lunchtime dozens
 * arrive per second, and a transaction with its locks and commit costs as much as several deliveries. A
 * single request does not wait, and at full load none waits longer than this.
 */
const BATCHING = { ms: 100, enough: 24 };
/**
 * Maximum of items in one transaction, so that a request for one of them waits no longer than for a
 * few.
 */
const TOGETHER_MAX = 24;
/** Maximum of waiting requests: a few seconds of full load. */
const PENDING_MAX = 2_000;

/**
 * Returns a function that batches a tenant's single-delivery requests that arrive at the same time.
 * @param work as in `gathered`.
 * @param batchMax the maximum size of a batch; absent: as many as are written in one transaction.
 */
export function togetherByTenant<Item, Outcome>(
  work: (
    deps: DeliveriesDeps,
    tenant: Tenant,
    items: readonly Item[],
    answer: (place: number, outcome: Outcome) => void,
  ) => Promise<readonly Outcome[]>,
  batchMax = TOGETHER_MAX,
): (deps: DeliveriesDeps, tenant: Tenant, item: Item) => Promise<Outcome> {
  const known = new WeakMap<DeliveriesDeps, (tenant: Tenant, item: Item) => Promise<Outcome>>();
  return (deps, tenant, item) => {
    const add =
      known.get(deps) ??
      gathered<Tenant, Item, Outcome>({
        nameOf: ({ merchantId, mode }) => `${merchantId} ${mode}`,
        work: (tenant, items, answer) => work(deps, tenant, items, answer),
        batchMax,
        pendingMax: PENDING_MAX,
        gathers: BATCHING,
        // One of them ran into a conflict. Retried one by one, the others succeed at once, and
        // maybe that one does, too.
        mayBeItsItems: (error) => ['entry', 'conflict'].includes(blameOf(error)),
        failsAll: (error) => blameOf(error) === 'unavailable',
      });
    known.set(deps, add);
    return add(tenant, item);
  };
}

import { Gauge, type Registry } from 'prom-client';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { announceUpdates } from '../../../tracking/ports/predictions.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Wanted } from '../../dispatch/index.ts';
import { openDetails } from '../addresses.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type DeliveryRow, lockDelivery, markQueued } from '../store/deliveries.sql.ts';
import { insertStep } from '../store/offers.sql.ts';

/**
 * Maximum of deliveries assigned in one transaction, so that others do not wait long for its locks.
 */
export const TOGETHER_MAX = 25;

/** Converts a delivery to what dispatch needs to know about it. */
export function wantedOf({ keyring }: Pick<DeliveriesDeps, 'keyring'>, row: DeliveryRow): Wanted {
  const { origin, destination } = openDetails(keyring, row);
  return {
    origin,
    destination,
    size: row.packageSize,
    weightG: row.weightG,
    readyMs: row.readyAtMs,
  };
}

/**
 * Notifies a dispatcher of deliveries that find no courier, once for each search. A failed
 * notification is repeated in a later pass. Tries all of them, then throws the first error.
 */
export async function announceAllUnassignable(
  deps: DeliveriesDeps,
  tenant: Tenant,
  searches: readonly {
    readonly row: DeliveryRow;
    /** How many couriers got an offer. */
    readonly couriersOffered: number;
  }[],
): Promise<void> {
  const failures: unknown[] = [];
  for (const { row, couriersOffered } of searches) {
    try {
      await announceUnassignable(deps, tenant, row, couriersOffered);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/**
 * Notifies a dispatcher of one delivery. The notification and its mark are one transaction, so that
 * it is neither lost nor sent twice.
 */
async function announceUnassignable(
  deps: DeliveriesDeps,
  tenant: Tenant,
  { shipmentId, openedAtMs }: DeliveryRow,
  couriersOffered: number,
): Promise<void> {
  await announceUpdates(deps.tracking, tenant, shipmentId, async (tx) => {
    const row = await lockDelivery(tx, shipmentId);
    if (row?.state !== 'open' || row.queuedAtMs !== null) return null;
    // It may have been taken and given back meanwhile.
    if (row.openedAtMs !== openedAtMs) return null;
    const atMs = deps.clock.nowMs();
    await markQueued(tx, shipmentId, atMs);
    await insertStep(tx, tenant, {
      shipmentId,
      atMs,
      what: 'unassignable',
      detail: { asked: couriersOffered },
    });
    const delivery = {
      id: wireId('delivery', shipmentId),
      open_since: iso(openedAtMs),
      asked: couriersOffered,
    };
    return { type: 'shipment.unassignable', also: { delivery } };
  });
}

/** How long couriers look at an offer before they answer, or find that it is gone. */
const OFFER_READING_MS = 4_000;

/**
 * Couriers who got an offer a moment ago, and may still be reading one that a colleague has
 * accepted: a new offer would wait until they are done. Only offers of this process are known; one
 * of another process costs a few seconds.
 */
export class RecentOffers {
  /** The time of the last offer by courier, epoch ms, oldest first. */
  readonly #requestedAtMs = new Map<string, number>();

  note(courierIds: Iterable<string>, nowMs: number): void {
    for (const id of courierIds) {
      this.#requestedAtMs.delete(id);
      this.#requestedAtMs.set(id, nowMs);
    }
    for (const [id, atMs] of this.#requestedAtMs) {
      if (isReading(atMs, nowMs)) break;
      this.#requestedAtMs.delete(id);
    }
  }

  has(courierId: string, nowMs: number): boolean {
    const atMs = this.#requestedAtMs.get(courierId);
    return atMs !== undefined && isReading(atMs, nowMs);
  }
}

/**
 * Whether a courier may still be reading an offer of that time. A clock that was set back must not
 * make anyone look busy.
 */
function isReading(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < OFFER_READING_MS;
}

/** The maximum of deliveries in one pass. */
const SIZE_MAX = 150;
/**
 * The minimum of deliveries in one pass: two transactions' worth. With fewer, most of the time is
 * fixed cost, and an overloaded machine would do less and less.
 */
const SIZE_MIN = 2 * TOGETHER_MAX;
/**
 * The target duration of a pass. With it, 99 of 100 passes take half a second at most, well within
 * the lease.
 */
const PASS_TARGET_MS = 300;

/** The size of the first pass, with no measurement yet. */
export const FIRST_PASS_SIZE = 50;

/**
 * Computes the size of the next pass: as many deliveries as the last one would have had time for,
 * and at most twice as many. Pure.
 * @param size the limit of the last pass.
 */
export function nextPassSize(
  size: number,
  { looked, tookMs }: { readonly looked: number; readonly tookMs: number },
): number {
  // A pass that was not full shows mostly the fixed cost, not how many more would fit.
  if (looked < size && tookMs <= PASS_TARGET_MS) return size;
  const fits = Math.floor((Math.max(looked, 1) * PASS_TARGET_MS) / Math.max(tookMs, 1));
  return Math.max(SIZE_MIN, Math.min(SIZE_MAX, 2 * size, fits));
}

/**
 * This many offers and assignments within `WITHIN_MS` are a burst: ten to twenty new deliveries a
 * second with offers. Deliveries for which no courier can be found do not count, however often they
 * are matched.
 */
const FOUND_MIN = 80;
const WITHIN_MS = 2_000;

/**
 * Detects bursts: so many deliveries find couriers that other work should run later and in larger
 * batches. Each batch costs as much as dozens of events, while somebody is waiting for a courier.
 */
interface Rush {
  /** Counts offers and assignments that were just made. */
  note(found: number): void;
  readonly isOn: boolean;
}

/** Creates the detector of bursts. @param monotonicMs milliseconds that only grow. */
export function createRush(monotonicMs: () => number): Rush {
  let finds: { readonly atMs: number; readonly found: number }[] = [];
  const recent = () => {
    const sinceMs = monotonicMs() - WITHIN_MS;
    finds = finds.filter(({ atMs }) => atMs > sinceMs);
    return finds;
  };
  return {
    note(found) {
      if (found > 0) recent().push({ atMs: monotonicMs(), found });
    },
    get isOn() {
      return recent().reduce((sum, { found }) => sum + found, 0) >= FOUND_MIN;
    },
  };
}

/** Registers the metric that shows whether there is a burst in this process. */
export function registerRushGauge(registry: Registry, rush: Pick<Rush, 'isOn'>): void {
  new Gauge({
    name: 'waybill_delivery_rush',
    help: 'Whether whatever follows from deliveries is done in larger pieces, behind the search for couriers (1), or not (0).',
    registers: [registry],
    collect() {
      this.set(rush.isOn ? 1 : 0);
    },
  });
}

import { Gauge, type Registry } from 'prom-client';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { announceUpdates, iso } from '../../../tracking/index.ts';
import type { Wanted } from '../../dispatch/index.ts';
import { openDetails } from '../addresses.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type DeliveryRow, lockDelivery, markQueued } from '../store/deliveries.sql.ts';
import { insertStep } from '../store/offers.sql.ts';

/** Assigned in one transaction: others wait for its locks no longer than for a few single ones. */
export const TOGETHER_MAX = 25;

/** A delivery as dispatch weighs it. */
export function wantedOf({ keyring }: Pick<DeliveriesDeps, 'keyring'>, row: DeliveryRow): Wanted {
  const { origin, destination } = openDetails(keyring, row);
  return {
    origin,
    destination,
    size: row.package_size,
    weightG: row.weight_g,
    readyMs: row.ready_at.getTime(),
  };
}

/**
 * Notifies a dispatcher, once for each search. A failed notification is repeated in a later pass;
 * rejects after all have had their turn.
 */
export async function tellAllUnassignable(
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
      await tellUnassignable(deps, tenant, row, couriersOffered);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The notification and its mark are one transaction, so that it is neither lost nor sent twice. */
async function tellUnassignable(
  deps: DeliveriesDeps,
  tenant: Tenant,
  { shipment_id: shipmentId, opened_at: openedAt }: DeliveryRow,
  couriersOffered: number,
): Promise<void> {
  await announceUpdates(deps.tracking, tenant, shipmentId, async (tx) => {
    const row = await lockDelivery(tx, shipmentId);
    if (row?.state !== 'open' || row.queued_at !== null) return null;
    // It may have been taken and given back meanwhile.
    if (row.opened_at.getTime() !== openedAt.getTime()) return null;
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
      open_since: iso(openedAt.getTime()),
      asked: couriersOffered,
    };
    return { type: 'shipment.unassignable', also: { delivery } };
  });
}

/** How long couriers look at an offer before they answer, or find that it is gone. */
const READS_MS = 4_000;

/**
 * Couriers with an offer from a moment ago, who may still be reading one that a colleague has
 * taken: a new offer would wait until they are done. Only of this process; an offer from another
 * costs a few seconds.
 */
export class RecentOffers {
  /** Epoch ms by courier, oldest first. */
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

/** A clock that was set back must not make anyone look busy. */
function isReading(atMs: number, nowMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < READS_MS;
}

/** More are never planned together. */
const SIZE_MAX = 150;
/**
 * With fewer than two transactions' worth, most of the time is fixed cost: an overloaded machine
 * would do less and less.
 */
const SIZE_MIN = 2 * TOGETHER_MAX;
/** Then 99 of 100 passes take half a second at most, well within the lease. */
const TAKES_MS = 300;

/** The size of the first pass, with no measurement yet. */
export const FIRST_PASS_SIZE = 50;

/**
 * The size of the next pass: as many as the last would have had time for, and at most twice as
 * many. Pure.
 *
 * @param size the limit of the last pass.
 */
export function nextPassSize(
  size: number,
  { looked, tookMs }: { readonly looked: number; readonly tookMs: number },
): number {
  // With few, most of the time is fixed cost.
  if (looked < size && tookMs <= TAKES_MS) return size;
  const fits = Math.floor((Math.max(looked, 1) * TAKES_MS) / Math.max(tookMs, 1));
  return Math.max(SIZE_MIN, Math.min(SIZE_MAX, 2 * size, fits));
}

/**
 * This many offers and assignments within this time are a burst: that is ten to twenty new
 * deliveries a second with offers. Deliveries for which no courier can be found do not count,
 * however often they are matched.
 */
const FOUND_MIN = 80;
const WITHIN_MS = 2_000;

/**
 * Whether so many deliveries find couriers that other work should run later and in larger batches:
 * each batch costs as much as dozens of events, while somebody waits for a courier.
 */
interface Rush {
  /** Counts offers and assignments that were just made. */
  note(found: number): void;
  readonly isOn: boolean;
}

/** @param monotonicMs milliseconds that only grow. */
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

/** Whether burst mode is on in this process. */
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

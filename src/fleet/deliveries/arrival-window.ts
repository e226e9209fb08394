import type { OpenDelivery } from '../../kernel/custody.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { shipmentsByIds } from '../../tracking/ports/shipments.ts';
import { type DeliveryRow, deliveriesByIds } from './store/deliveries.sql.ts';
import { pickedUpAmong } from './views.ts';

const MINUTE_MS = 60_000;
/** Before its courier is on the way, an arrival may come this much earlier or later. */
const [EARLIER_MS, LATER_MS] = [10 * MINUTE_MS, 20 * MINUTE_MS];
const STEP_MS = 5 * MINUTE_MS;

export interface ArrivalWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A window, and when within it the arrival is expected. */
export interface Arrival extends ArrivalWindow {
  readonly atMs: number;
}

interface WindowDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
}

/** Reads a delivery's window; null also for a parcel that is no delivery. */
export async function arrivalWindowOf(
  deps: WindowDeps,
  shipmentId: string,
): Promise<ArrivalWindow | null> {
  return (await openDeliveriesAmong(deps, [shipmentId])).get(shipmentId)?.arrival ?? null;
}

/** Reads the deliveries among shipments that have not ended, by shipment. */
export async function openDeliveriesAmong(
  { db, clock }: WindowDeps,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, OpenDelivery>> {
  const rows = await deliveriesByIds(db.pipeline, shipmentIds);
  if (rows.length === 0) return new Map();
  const shipments = await shipmentsByIds(
    db.pipeline,
    rows.map(({ shipmentId }) => shipmentId),
  );
  const pickedUp = await pickedUpAmong(db.pipeline, shipments);
  const known = new Set(shipments.map(({ id }) => id));
  const open = rows.filter(({ shipmentId, state }) => known.has(shipmentId) && state !== 'ended');
  return new Map(
    open.map((row) => {
      const { shipmentId: id, state } = row;
      const window = arrivalWindow(row, { isPickedUp: pickedUp.has(id), nowMs: clock.nowMs() });
      const arrival = window && { ...window, promisedMs: promisedBy(row) };
      return [id, { hasCourier: state === 'assigned', arrival }];
    }),
  );
}

/** The end of the window that is shown around an estimate. Pure. */
const windowEnd = (atMs: number) => Math.ceil((atMs + LATER_MS) / STEP_MS) * STEP_MS;

/**
 * By when a delivery was promised: as requested, otherwise by the end of the window around its
 * estimate, which its recipient was shown. Null: no time is known. Pure.
 */
export function promisedBy({
  deliveryToMs,
  arrivalAtMs,
}: Pick<DeliveryRow, 'deliveryToMs' | 'arrivalAtMs'>): number | null {
  return deliveryToMs ?? (arrivalAtMs === null ? null : windowEnd(arrivalAtMs));
}

/**
 * When an unfinished delivery arrives, while no position of its courier says so: in the window that
 * was requested, else around the estimate made when it was assigned. The time by which its pickup
 * is late delays the arrival. Null: it has ended, or no time is known. Pure.
 */
export function arrivalWindow(
  row: Pick<
    DeliveryRow,
    'state' | 'deliveryFromMs' | 'deliveryToMs' | 'pickupAtMs' | 'arrivalAtMs' | 'readyAtMs'
  >,
  { isPickedUp, nowMs }: { readonly isPickedUp: boolean; readonly nowMs: number },
): Arrival | null {
  if (row.state === 'ended') return null;
  const { deliveryFromMs, deliveryToMs: toMs, pickupAtMs, arrivalAtMs } = row;
  const lateMs = isPickedUp ? 0 : Math.max(0, nowMs - (pickupAtMs ?? nowMs));
  const atMs = Math.max((arrivalAtMs ?? nowMs) + lateMs, nowMs);
  if (toMs !== null && toMs > nowMs) {
    const soonestMs = Math.floor(nowMs / STEP_MS) * STEP_MS;
    const fromMs = Math.max(deliveryFromMs ?? row.readyAtMs, soonestMs);
    return { fromMs, toMs, atMs: arrivalAtMs === null ? toMs : Math.max(fromMs, atMs) };
  }
  if (arrivalAtMs === null) return null;
  return {
    atMs,
    fromMs: Math.floor(Math.max(atMs - EARLIER_MS, nowMs) / STEP_MS) * STEP_MS,
    toMs: windowEnd(atMs),
  };
}

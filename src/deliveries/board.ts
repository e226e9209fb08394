import type { LatLng } from '../kernel/places/distance.ts';
import type { Tenant } from '../kernel/tenant.ts';
import { shipmentsByIds } from '../tracking/index.ts';
import type { DeliveriesDeps } from './deps.ts';
import { openDetails } from './details.ts';
import { pauseOf } from './pauses/hold-paused.ts';
import { type PausedArea, pausedAreas } from './pauses/pauses.ts';
import { type Phase, phaseOf } from './phase.ts';
import { boardDeliveries, boardFigures } from './store/board.sql.ts';
import { type DeliveryRow, deliveryById } from './store/deliveries.sql.ts';
import { offersOf } from './store/offers.sql.ts';

/** A delivery that is not over, as a dispatcher's board shows it. Nothing in it names anybody. */
export interface BoardDelivery {
  readonly row: DeliveryRow;
  readonly trackingNumber: string;
  readonly phase: Phase;
  readonly origin: LatLng;
  readonly destination: LatLng;
  /** How many couriers were asked, and how many of them have not answered. */
  readonly asked: number;
  readonly unanswered: number;
  /** In which it waits to be fetched; null: in none. */
  readonly pause: PausedArea | null;
}

export interface Board {
  readonly deliveries: readonly BoardDelivery[];
  readonly figures: Awaited<ReturnType<typeof boardFigures>>;
  readonly pauses: readonly PausedArea[];
}

/** Everybody's, for operators: what looks for a courier first. */
export async function dispatchBoard(
  { db, keyring, clock }: Pick<DeliveriesDeps, 'db' | 'keyring' | 'clock'>,
  limit: number,
): Promise<Board> {
  const rows = await boardDeliveries(db.pipeline, limit);
  const pauses = await pausedAreas({ db, clock });
  const ids = rows.map(({ shipment_id: id }) => id);
  const shipments = await shipmentsByIds(db.pipeline, ids);
  const byId = new Map(shipments.map((shipment) => [shipment.id, shipment]));
  const offers = ids.length === 0 ? [] : await offersOf(db.pipeline, ids);
  const deliveries = rows.flatMap((row) => {
    const shipment = byId.get(row.shipment_id);
    if (shipment === undefined) return [];
    const mine = offers.filter(({ shipment_id: id }) => id === row.shipment_id);
    const unanswered = mine.filter(({ state }) => state === 'open').length;
    const { status } = shipment.state;
    const phase = phaseOf(status, {
      ...{ hasCourier: row.state === 'assigned', isHeld: status !== 'created' },
      ...{ isOffered: unanswered > 0, isNear: false },
    });
    const { origin, destination } = openDetails(keyring, row);
    const { trackingNumber } = shipment;
    const pause = pauseOf({ keyring }, row, pauses);
    const counts = { asked: mine.length, unanswered };
    return [{ row, trackingNumber, phase, origin, destination, ...counts, pause }];
  });
  return { deliveries, figures: await boardFigures(db.pipeline), pauses };
}

/** Whose a delivery is, for operators; null: there is none. */
export async function tenantOfDelivery(
  { db }: Pick<DeliveriesDeps, 'db'>,
  shipmentId: string,
): Promise<Tenant | null> {
  const row = await deliveryById(db.pipeline, shipmentId);
  return row === null ? null : { merchantId: row.merchant_id, mode: row.mode };
}

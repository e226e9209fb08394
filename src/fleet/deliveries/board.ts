import type { LatLng } from '../../kernel/places/distance.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTenant } from '../../platform/database/database.ts';
import { shipmentsByIds } from '../../tracking/ports/shipments.ts';
import { openDetails } from './addresses.ts';
import type { DeliveriesDeps } from './deps.ts';
import { activePauses } from './pauses/pauses.sql.ts';
import { type PausedArea, pauseOf, stillPaused } from './pauses/pauses.ts';
import {
  type BoardFigures,
  boardDeliveries,
  boardFigures,
  type SearchFigures,
  searchFigures,
} from './store/board.sql.ts';
import { type DeliveryRow, deliveryById } from './store/deliveries.sql.ts';
import { offersOf } from './store/offers.sql.ts';
import { type Phase, phaseOf, pickedUpAmong } from './views.ts';

/** An unfinished delivery on the dispatcher's board. Contains no personal data. */
export interface BoardDelivery {
  readonly row: DeliveryRow;
  readonly trackingNumber: string;
  readonly phase: Phase;
  readonly origin: LatLng;
  readonly destination: LatLng;
  /** How many couriers got an offer, and how many of them have not answered. */
  readonly couriersOffered: number;
  readonly unanswered: number;
  /** The paused area of its pickup; null: none. */
  readonly pause: PausedArea | null;
  /** Why it needs attention although it was picked up; null: it does not. */
  readonly trouble: string | null;
}

export interface Board {
  readonly deliveries: readonly BoardDelivery[];
  readonly figures: BoardFigures;
  /** How recent deliveries found their couriers. */
  readonly search: SearchFigures;
  readonly pauses: readonly PausedArea[];
}

/** The search figures cover at most the newest deliveries of this period. */
const LATELY_MS = 3_600_000;
const LATELY_MAX = 1_000;

/**
 * Reads the dispatcher's board: deliveries without a courier first, then those under way.
 * @param tenant read with this tenant's rights; null: all merchants', for operators.
 */
export async function dispatchBoard(
  deps: Pick<DeliveriesDeps, 'db' | 'keyring' | 'clock'>,
  tenant: Tenant | null,
  limit: number,
): Promise<Board> {
  const nowMs = deps.clock.nowMs();
  const { rows, shipments, pickedUp, offers, paused, figures, search } =
    tenant === null
      ? await readBoard(deps.db.pipeline, nowMs, limit)
      : await withTenant(deps.db.app, tenant, (tx) => readBoard(tx, nowMs, limit));
  const pauses = stillPaused(paused, nowMs);
  const byId = new Map(shipments.map((shipment) => [shipment.id, shipment]));
  const deliveries = rows.flatMap((row) => {
    const shipment = byId.get(row.shipment_id);
    if (shipment === undefined) return [];
    const mine = offers.filter(({ shipment_id: id }) => id === row.shipment_id);
    const unanswered = mine.filter(({ state }) => state === 'open').length;
    const phase = phaseOf(shipment.state.status, {
      hasCourier: row.state === 'assigned',
      wasPickedUp: pickedUp.has(shipment.id),
      isOffered: unanswered > 0,
      isNear: false,
    });
    const { origin, destination } = openDetails(deps.keyring, row);
    const { trackingNumber } = shipment;
    const pause = pauseOf(deps, row, pauses);
    const counts = { couriersOffered: mine.length, unanswered };
    return [
      { row, trackingNumber, phase, origin, destination, ...counts, pause, trouble: row.custody },
    ];
  });
  return { deliveries, figures, search, pauses };
}

/** Reads the board's data about deliveries that the current role may see. */
async function readBoard(db: Queryable, nowMs: number, limit: number) {
  const rows = await boardDeliveries(db, limit);
  const ids = rows.map(({ shipment_id: id }) => id);
  const shipments = await shipmentsByIds(db, ids);
  return {
    rows,
    shipments,
    pickedUp: await pickedUpAmong(db, shipments),
    offers: ids.length === 0 ? [] : await offersOf(db, ids),
    paused: await activePauses(db),
    figures: await boardFigures(db),
    search: await searchFigures(db, { sinceMs: nowMs - LATELY_MS, limit: LATELY_MAX }),
  };
}

/** The tenant of a delivery, for operators; null: none. */
export async function tenantOfDelivery(
  { db }: Pick<DeliveriesDeps, 'db'>,
  shipmentId: string,
): Promise<Tenant | null> {
  const row = await deliveryById(db.pipeline, shipmentId);
  return row === null ? null : { merchantId: row.merchant_id, mode: row.mode };
}

import { distanceM, type LatLng } from '../../kernel/places/distance.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import {
  openPersonal,
  type Personal,
  type Shipment,
  shipmentsByIds,
} from '../../tracking/ports/shipments.ts';
import { type OnShift, RINGS_M, timesOf, unfitFor, type Wanted } from '../dispatch/index.ts';
import { type DeliveryDetails, openDetails } from './addresses.ts';
import { couriersAtWork } from './couriers-at-work.ts';
import { AHEAD_MS } from './create-delivery.ts';
import type { DeliveriesDeps } from './deps.ts';
import { activePauses } from './pauses/pauses.sql.ts';
import { pauseOf, stillPaused } from './pauses/pauses.ts';
import { type DeliveryRow, openAmong, openDeliveries } from './store/deliveries.sql.ts';
import { type OfferRow, offersOf, offersTo } from './store/offers.sql.ts';

/** A delivery that a courier may accept. */
export interface AvailableDelivery {
  readonly row: DeliveryRow;
  readonly details: DeliveryDetails;
  readonly personal: Personal;
  /** Straight-line distance to the pickup; null: the courier's place is unknown. */
  readonly distanceM: number | null;
  readonly pickupMs: number;
  /** The offer made to this courier; null: none was made. */
  readonly offer: OfferRow | null;
}

/** Maximum of deliveries returned: more than anyone reads on a phone. */
const SHOWN_MAX = 50;
/** Maximum of open deliveries that are read to select those. */
const LOOKED_AT_MAX = 2_000;
const RANGE_M = RINGS_M[2];

type AvailableOutcome =
  | { readonly kind: 'found'; readonly deliveries: readonly AvailableDelivery[] }
  /** The courier is off shift, so nothing is available. */
  | { readonly kind: 'off_shift' };

/**
 * Lists the open deliveries that a courier may accept, with or without an offer, nearest pickup
 * first. Those that the courier declined are left out. Without a courier, lists all open ones of
 * the tenant.
 * @param of.at where the courier is; null: the last place known to the hub.
 */
export async function availableDeliveries(
  deps: DeliveriesDeps,
  tenant: Tenant,
  of: { readonly courierId: string | null; readonly at: LatLng | null },
): Promise<AvailableOutcome> {
  const { clock, db } = deps;
  const nowMs = clock.nowMs();
  const courier = of.courierId === null ? null : await courierOf(deps, tenant, of.courierId);
  if (of.courierId !== null && courier === null) return { kind: 'off_shift' };
  const at = of.at ?? courier?.place ?? null;
  const { open, offers, shipments } = await withTenant(db.app, tenant, async (tx) => {
    const paused = stillPaused(await activePauses(tx), nowMs);
    const due = await openDeliveries(tx, { nowMs, readyByMs: nowMs + AHEAD_MS }, LOOKED_AT_MAX);
    // Couriers get nothing new from a paused area; earlier offers may still be accepted.
    const open = due.filter((row) => of.courierId === null || pauseOf(deps, row, paused) === null);
    const ids = open.map(({ shipmentId: id }) => id);
    const offers = (await offersOf(tx, ids)).filter((o) => o.courierId === of.courierId);
    return { open, offers, shipments: await shipmentsByIds(tx, ids) };
  });
  const offerByShipment = new Map(offers.map((offer) => [offer.shipmentId, offer]));
  const byId = new Map(shipments.map((shipment) => [shipment.id, shipment]));
  const found = open.flatMap((row) => {
    const offer = offerByShipment.get(row.shipmentId) ?? null;
    const shipment = byId.get(row.shipmentId);
    if (shipment === undefined || offer?.state === 'declined') return [];
    const each = availableOf(deps, { row, shipment, at, nowMs });
    const isFar = each.distanceM !== null && each.distanceM > RANGE_M && offer?.state !== 'open';
    if (isFar || (courier !== null && !isFit(each, { ...courier, place: at }, nowMs))) return [];
    return [{ ...each, offer: offer?.state === 'open' ? offer : null }];
  });
  const far = (each: AvailableDelivery) => each.distanceM ?? Number.MAX_VALUE;
  const deliveries = found.sort((a, b) => far(a) - far(b)).slice(0, SHOWN_MAX);
  return { kind: 'found', deliveries };
}

/** A courier's open offers, newest first. */
export async function offersForCourier(
  deps: DeliveriesDeps,
  tenant: Tenant,
  courierId: string,
): Promise<AvailableDelivery[]> {
  const nowMs = deps.clock.nowMs();
  const { offers, rows, shipments } = await withTenant(deps.db.app, tenant, async (tx) => {
    const offers = await offersTo(tx, courierId);
    if (offers.length === 0) return { offers, rows: [], shipments: [] };
    const ids = offers.map(({ shipmentId: id }) => id);
    const rows = await openAmong(tx, ids);
    return { offers, rows, shipments: await shipmentsByIds(tx, ids) };
  });
  if (offers.length === 0) return [];
  const at = (await deps.placesOf(tenant, [courierId])).get(courierId) ?? null;
  return offers.flatMap((offer) => {
    const row = rows.find(({ shipmentId: id }) => id === offer.shipmentId);
    const shipment = shipments.find(({ id }) => id === offer.shipmentId);
    if (row === undefined || shipment === undefined) return [];
    return [{ ...availableOf(deps, { row, shipment, at, nowMs }), offer }];
  });
}

async function courierOf(
  deps: DeliveriesDeps,
  tenant: Tenant,
  courierId: string,
): Promise<OnShift | null> {
  const { couriers } = await couriersAtWork(deps, tenant, { ids: [courierId] });
  return couriers[0] ?? null;
}

function availableOf(
  { keyring, tracking }: DeliveriesDeps,
  of: {
    readonly row: DeliveryRow;
    readonly shipment: Shipment;
    readonly at: LatLng | null;
    readonly nowMs: number;
  },
): AvailableDelivery {
  const { row, shipment, at, nowMs } = of;
  const details = openDetails(keyring, row);
  const way = { ...details, readyMs: row.readyAtMs };
  const pickupMs =
    at === null
      ? Math.max(nowMs, row.pickupAtMs ?? 0)
      : timesOf(way, { from: at, leavesMs: nowMs, by: 'bike' }).pickupMs;
  return {
    row,
    details,
    pickupMs,
    offer: null,
    personal: openPersonal(shipment.sealedPersonal, tracking.sealer),
    distanceM: at === null ? null : distanceM(at, details.origin),
  };
}

function isFit({ row, details }: AvailableDelivery, courier: OnShift, nowMs: number): boolean {
  const wanted: Wanted = {
    origin: details.origin,
    destination: details.destination,
    readyMs: row.readyAtMs,
    size: row.packageSize,
    weightG: row.weightG,
  };
  return unfitFor(wanted, courier, nowMs) === null;
}

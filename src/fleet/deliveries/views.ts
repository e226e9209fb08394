import { distanceM, type LatLng } from '../../kernel/places/distance.ts';
import type { Status } from '../../kernel/status.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTenant } from '../../platform/database/database.ts';
import {
  openPersonal,
  type Personal,
  type Shipment,
  shipmentsByIds,
} from '../../tracking/ports/shipments.ts';
import { type Courier, type Couriers, everHeld } from '../couriers/index.ts';
import { type DeliveryDetails, openDetails } from './addresses.ts';
import type { DeliveriesDeps } from './deps.ts';
import { activePauses } from './pauses/pauses.sql.ts';
import { type PausedArea, pauseOf, stillPaused } from './pauses/pauses.ts';
import {
  type DeliveryQuery,
  type DeliveryRow,
  deliveryById,
  visibleDeliveries,
} from './store/deliveries.sql.ts';
import { type OfferRow, offersOf, type StepRow, stepsOf } from './store/offers.sql.ts';

/** A delivery: its shipment, and what dispatch knows about it. */
export interface DeliveryView {
  readonly row: DeliveryRow;
  readonly shipment: Shipment;
  readonly personal: Personal;
  readonly details: DeliveryDetails;
  readonly phase: Phase;
  readonly wasPickedUp: boolean;
  readonly courier: Courier | null;
  /** Where its courier is, from assignment to the end; null also if unknown. */
  readonly place: (LatLng & { readonly atMs: number }) | null;
  /** The paused area of its pickup; null: none. */
  readonly pause: PausedArea | null;
}

export type ViewDeps = DeliveriesDeps & { readonly couriers: Pick<Couriers, 'find'> };

/** Within this distance the courier is about to arrive. */
const NEAR_M = 400;

/** Reads one delivery; null: the tenant has no such delivery. */
export async function viewDelivery(
  deps: ViewDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<DeliveryView | null> {
  const [view] = await read(deps, tenant, async (tx) => {
    const row = await deliveryById(tx, shipmentId);
    return row === null ? [] : [row];
  });
  return view ?? null;
}

/** Lists a tenant's deliveries, in order of creation. */
export function listDeliveries(
  deps: ViewDeps,
  tenant: Tenant,
  query: DeliveryQuery,
): Promise<DeliveryView[]> {
  return read(deps, tenant, (tx) => visibleDeliveries(tx, query));
}

async function read(
  deps: ViewDeps,
  tenant: Tenant,
  rowsOf: (tx: Queryable) => Promise<DeliveryRow[]>,
): Promise<DeliveryView[]> {
  const { rows, shipments, offered, paused, pickedUp } = await withTenant(
    deps.db.app,
    tenant,
    async (tx) => {
      const rows = await rowsOf(tx);
      const ids = rows.map(({ shipment_id: id }) => id);
      const shipments = await shipmentsByIds(tx, ids);
      const open = rows.filter(({ state }) => state === 'open').map(({ shipment_id: id }) => id);
      const offers = open.length === 0 ? [] : await offersOf(tx, open);
      const paused = open.length === 0 ? [] : await activePauses(tx);
      const pickedUp = await pickedUpAmong(tx, shipments);
      return { rows, shipments, offered: isOffered(offers), paused, pickedUp };
    },
  );
  const active = stillPaused(paused, deps.clock.nowMs());
  const byId = new Map(shipments.map((shipment) => [shipment.id, shipment]));
  const ids = [...new Set(rows.flatMap(({ courier_id: id }) => id ?? []))];
  const couriers = new Map<string, Courier>();
  for (const id of ids) {
    const courier = await deps.couriers.find(tenant, id);
    if (courier !== null) couriers.set(id, courier);
  }
  const places = await deps.placesOf(tenant, ids);
  return rows.flatMap((row) => {
    const shipment = byId.get(row.shipment_id);
    if (shipment === undefined) return [];
    const courier = couriers.get(row.courier_id ?? '') ?? null;
    // A courier whose shift has just run out may still be in the index.
    const isShown = row.state === 'assigned' && courier?.onShift === true;
    const place = isShown ? (places.get(row.courier_id ?? '') ?? null) : null;
    const isOffered = offered.has(row.shipment_id);
    const wasPickedUp = pickedUp.has(row.shipment_id);
    const pause = pauseOf(deps, row, active);
    return [viewOf(deps, row, shipment, { courier, place, pause, isOffered, wasPickedUp })];
  });
}

function isOffered(offers: readonly OfferRow[]): ReadonlySet<string> {
  return new Set(offers.flatMap((offer) => (offer.state === 'open' ? [offer.shipment_id] : [])));
}

function viewOf(
  { keyring, tracking }: ViewDeps,
  row: DeliveryRow,
  shipment: Shipment,
  around: {
    readonly courier: Courier | null;
    readonly place: DeliveryView['place'];
    readonly pause: PausedArea | null;
    readonly isOffered: boolean;
    readonly wasPickedUp: boolean;
  },
): DeliveryView {
  const { courier, place, pause, isOffered, wasPickedUp } = around;
  const details = openDetails(keyring, row);
  const isNear = place !== null && distanceM(place, details.destination) <= NEAR_M;
  const phase = phaseOf(shipment.state.status, {
    hasCourier: row.state === 'assigned',
    wasPickedUp,
    isOffered,
    isNear,
  });
  const personal = openPersonal(shipment.sealedPersonal, tracking.sealer);
  return { row, shipment, personal, details, phase, wasPickedUp, courier, place, pause };
}

export interface DeliveryExplanation {
  readonly view: DeliveryView;
  readonly offers: readonly OfferRow[];
  readonly steps: readonly StepRow[];
}

const STEPS_MAX = 200;

/**
 * Explains a delivery: which offers were made when and why, and their outcomes. Null: no such
 * delivery.
 */
export async function explainDelivery(
  deps: ViewDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<DeliveryExplanation | null> {
  const view = await viewDelivery(deps, tenant, shipmentId);
  if (view === null) return null;
  return withTenant(deps.db.app, tenant, async (tx) => ({
    view,
    offers: await offersOf(tx, [shipmentId]),
    steps: await stepsOf(tx, shipmentId, STEPS_MAX),
  }));
}

/** The progress of a delivery. */
export const PHASES = [
  'pending',
  'offered',
  'assigned',
  'picked_up',
  'arriving',
  'delivered',
  'attempted',
  'returning',
  'returned',
  'cancelled',
] as const;
export type Phase = (typeof PHASES)[number];

const BY_STATUS: Readonly<Partial<Record<Status, Phase>>> = {
  delivered: 'delivered',
  delivery_attempted: 'attempted',
  returning: 'returning',
  returned_to_sender: 'returned',
  cancelled: 'cancelled',
};

/**
 * Those of these shipments that were picked up. An exception may come before the pickup: then only
 * custody shows whether a courier ever had the parcel.
 */
export async function pickedUpAmong(
  db: Queryable,
  shipments: readonly Shipment[],
): Promise<ReadonlySet<string>> {
  const statuses = new Map(shipments.map(({ id, state }) => [id, state.status]));
  const inTrouble = [...statuses].flatMap(([id, status]) => (status === 'exception' ? [id] : []));
  const held = await everHeld(db, inTrouble);
  const ids = [...statuses].flatMap(([id, status]) =>
    status === 'created' || (status === 'exception' && !held.has(id)) ? [] : [id],
  );
  return new Set(ids);
}

/**
 * Derives the phase of a delivery: before the pickup from the search, and after it from the
 * parcel's status. Pure.
 */
export function phaseOf(
  status: Status,
  work: {
    readonly hasCourier: boolean;
    readonly wasPickedUp: boolean;
    readonly isOffered: boolean;
    /** Whether its courier is close to the recipient. */
    readonly isNear: boolean;
  },
): Phase {
  const phase = BY_STATUS[status];
  if (phase !== undefined) return phase;
  if (work.wasPickedUp) {
    return status === 'out_for_delivery' && work.isNear ? 'arriving' : 'picked_up';
  }
  if (work.hasCourier) return 'assigned';
  return work.isOffered ? 'offered' : 'pending';
}

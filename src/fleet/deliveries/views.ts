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
  type BoardFigures,
  boardDeliveries,
  boardFigures,
  endedDeliveries,
  type SearchFigures,
  searchFigures,
} from './store/board.sql.ts';
import {
  type DeliveryQuery,
  type DeliveryRow,
  deliveriesUnderWay,
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

/** A courier within this distance of the destination is about to arrive. */
const NEAR_M = 400;

/** Reads one delivery; null: the tenant has no such delivery. */
export async function viewDelivery(
  deps: ViewDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<DeliveryView | null> {
  const [view] = await readViews(deps, tenant, async (tx) => {
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
  return readViews(deps, tenant, (tx) => visibleDeliveries(tx, query));
}

async function readViews(
  deps: ViewDeps,
  tenant: Tenant,
  rowsOf: (tx: Queryable) => Promise<DeliveryRow[]>,
): Promise<DeliveryView[]> {
  const { rows, shipments, offered, paused, pickedUp } = await withTenant(
    deps.db.app,
    tenant,
    async (tx) => {
      const rows = await rowsOf(tx);
      const ids = rows.map(({ shipmentId: id }) => id);
      const shipments = await shipmentsByIds(tx, ids);
      const open = rows.filter(({ state }) => state === 'open').map(({ shipmentId: id }) => id);
      const offers = open.length === 0 ? [] : await offersOf(tx, open);
      const paused = open.length === 0 ? [] : await activePauses(tx);
      const pickedUp = await pickedUpAmong(tx, shipments);
      return { rows, shipments, offered: withOpenOffer(offers), paused, pickedUp };
    },
  );
  const active = stillPaused(paused, deps.clock.nowMs());
  const byId = new Map(shipments.map((shipment) => [shipment.id, shipment]));
  const ids = [...new Set(rows.flatMap(({ courierId: id }) => id ?? []))];
  const couriers = new Map<string, Courier>();
  for (const id of ids) {
    const courier = await deps.couriers.find(tenant, id);
    if (courier !== null) couriers.set(id, courier);
  }
  const places = await deps.placesOf(tenant, ids);
  return rows.flatMap((row) => {
    const shipment = byId.get(row.shipmentId);
    if (shipment === undefined) return [];
    const courier = couriers.get(row.courierId ?? '') ?? null;
    // A courier whose shift has just run out may still be in the index.
    const isShown = row.state === 'assigned' && courier?.onShift === true;
    const place = isShown ? (places.get(row.courierId ?? '') ?? null) : null;
    const isOffered = offered.has(row.shipmentId);
    const wasPickedUp = pickedUp.has(row.shipmentId);
    const pause = pauseOf(deps, row, active);
    return [viewOf(deps, row, shipment, { courier, place, pause, isOffered, wasPickedUp })];
  });
}

/** The shipments that have an open offer. */
function withOpenOffer(offers: readonly OfferRow[]): ReadonlySet<string> {
  return new Set(offers.flatMap((offer) => (offer.state === 'open' ? [offer.shipmentId] : [])));
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
type Phase = (typeof PHASES)[number];

const PHASE_BY_STATUS: Readonly<Partial<Record<Status, Phase>>> = {
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

/** Whether one shipment was picked up, as `pickedUpAmong` says. */
export async function wasPickedUp(db: Queryable, shipment: Shipment): Promise<boolean> {
  return (await pickedUpAmong(db, [shipment])).has(shipment.id);
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
  const phase = PHASE_BY_STATUS[status];
  if (phase !== undefined) return phase;
  if (work.wasPickedUp) {
    return status === 'out_for_delivery' && work.isNear ? 'arriving' : 'picked_up';
  }
  if (work.hasCourier) return 'assigned';
  return work.isOffered ? 'offered' : 'pending';
}

/** A delivery on the dispatcher's board. */
export interface BoardDelivery {
  readonly row: DeliveryRow;
  readonly trackingNumber: string;
  /** Opens the recipient's data: only pages show them, and a board is read more often. */
  readonly personal: () => Personal;
  readonly phase: Phase;
  readonly origin: LatLng;
  readonly destination: LatLng;
  /** The zone of its door; null: unknown. */
  readonly zone: string | null;
  /** In the order in which they were made. */
  readonly offers: readonly OfferRow[];
  /** The paused area of its pickup; null: none. */
  readonly pause: PausedArea | null;
  /** Why it needs attention although it was picked up; null: it does not. */
  readonly trouble: string | null;
}

export interface EndedDelivery extends BoardDelivery {
  readonly endedAtMs: number;
}

export interface Board {
  /** Unfinished ones. */
  readonly deliveries: readonly BoardDelivery[];
  /** Those that ended lately, the last one first. */
  readonly ended: readonly EndedDelivery[];
  readonly figures: BoardFigures;
  /** How recent deliveries found their couriers. */
  readonly search: SearchFigures;
  readonly pauses: readonly PausedArea[];
}

/** The search figures cover at most the newest deliveries of this period. */
const LATELY_MS = 3_600_000;
const LATELY_MAX = 1_000;
/** The board shows the deliveries that ended in this period, and at most so many. */
const ENDED_MS = 16 * 3_600_000;
export const ENDED_SHOWN_MAX = 50;

/**
 * Reads the dispatcher's board: deliveries without a courier first, then those under way, and those
 * that ended lately.
 * @param tenant read with this tenant's rights; null: all merchants', for operators.
 */
export async function dispatchBoard(
  deps: Pick<DeliveriesDeps, 'db' | 'keyring' | 'clock' | 'tracking'>,
  tenant: Tenant | null,
  limit: number,
): Promise<Board> {
  const nowMs = deps.clock.nowMs();
  const readViews =
    tenant === null
      ? await readBoard(deps.db.pipeline, nowMs, limit)
      : await withTenant(deps.db.app, tenant, (tx) => readBoard(tx, nowMs, limit));
  const { figures, search } = readViews;
  const pauses = stillPaused(readViews.paused, nowMs);
  const byId = new Map(readViews.shipments.map((shipment) => [shipment.id, shipment]));
  const toBoardDelivery = (row: DeliveryRow, trouble: string | null): BoardDelivery[] => {
    const shipment = byId.get(row.shipmentId);
    if (shipment === undefined) return [];
    const offers = readViews.offers.filter(({ shipmentId: id }) => id === row.shipmentId);
    const { origin, destination } = openDetails(deps.keyring, row);
    return [
      {
        row,
        trackingNumber: shipment.trackingNumber,
        personal: () => openPersonal(shipment.sealedPersonal, deps.tracking.sealer),
        phase: phaseOf(shipment.state.status, {
          hasCourier: row.courierId !== null,
          wasPickedUp: readViews.pickedUp.has(shipment.id),
          isOffered: offers.some(({ state }) => state === 'open'),
          isNear: false,
        }),
        ...{ origin, destination, offers, trouble },
        zone: shipment.destinationZone,
        pause: pauseOf(deps, row, pauses),
      },
    ];
  };
  return {
    deliveries: readViews.rows.flatMap((row) => toBoardDelivery(row, row.custody)),
    ended: readViews.ended.flatMap(({ endedAtMs, ...row }) =>
      toBoardDelivery(row, null).map((each) => ({ ...each, endedAtMs })),
    ),
    ...{ figures, search, pauses },
  };
}

/** Reads the board's data about deliveries that the current role may see. */
async function readBoard(db: Queryable, nowMs: number, limit: number) {
  const rows = await boardDeliveries(db, limit);
  const ended = await endedDeliveries(db, { sinceMs: nowMs - ENDED_MS, limit: ENDED_SHOWN_MAX });
  const ids = rows.map(({ shipmentId: id }) => id);
  const shipments = await shipmentsByIds(db, [...ids, ...ended.map(({ shipmentId: id }) => id)]);
  return {
    rows,
    ended,
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
  return row === null ? null : { merchantId: row.merchantId, mode: row.mode };
}

type Way = Pick<DeliveryDetails, 'origin' | 'destination'> & Pick<BoardDelivery, 'personal'>;

/** Where the parcels of a courier's unfinished deliveries are fetched and go, by shipment. */
export async function waysOf(
  { db, keyring, tracking }: Pick<DeliveriesDeps, 'db' | 'keyring' | 'tracking'>,
  courierId: string,
): Promise<ReadonlyMap<string, Way>> {
  const rows = await deliveriesUnderWay(db.pipeline, [courierId]);
  const ids = rows.map(({ shipmentId }) => shipmentId);
  const shipments = await shipmentsByIds(db.pipeline, ids);
  const sealed = new Map(shipments.map((each) => [each.id, each.sealedPersonal]));
  return new Map(
    rows.map((row) => {
      const personal = () => openPersonal(sealed.get(row.shipmentId) ?? null, tracking.sealer);
      return [row.shipmentId, { ...openDetails(keyring, row), personal }];
    }),
  );
}

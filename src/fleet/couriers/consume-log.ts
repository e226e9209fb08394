import { type Event, isDeletion, isQuiet, type ShipmentEvent } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import type { ParcelEnd } from '../../kernel/custody.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { Status } from '../../kernel/status.ts';
import { withTransaction } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { CourierMachines } from './deps.ts';
import {
  adoptParcels,
  type CourierParcelRow,
  endParcel,
  eraseOfShipment,
  lockParcel,
  openOfShipments,
} from './route/courier-parcels.sql.ts';
import { announceCouriers, insertNotice, type NoticeKind } from './route/notices.sql.ts';
import { idMaker } from './route/route.ts';

type ConsumerDeps = Pick<CourierMachines, 'db' | 'clock' | 'randomBytes'> & {
  /** The carrier of own parcels. */
  readonly ownCarrier: string;
  readonly log: Logger;
  readonly listener?: Pick<Listener, 'on'>;
};

/** Most parcels in a batch are not on any route; one query for the whole batch filters them out. */
const BATCH_MAX = 1_000;
const SHARDS_TOGETHER = 64;
/** Events are gathered for this long. Phones poll less often. */
const GATHERS_MS = 100;

/** The event types that matter. Of other events, only the shipment's status does. */
const TYPES = groupEventTypes({
  created: ['shipment.created'],
  others: [
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.edd_changed',
    'shipment.tracking_updated',
    'shipment.updated',
    'shipment.expired',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
    'shipment.delay_predicted',
    'shipment.proof_added',
    'shipment.arriving',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'shipment.deleted',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'shop.disabled',
    'shipment.delivery_withdrawn',
    'courier.silent',
  ],
});

/**
 * Consumes the log for couriers. An event from another source can also end a courier's work on a
 * parcel, and then sends the courier a notice. Data about erased shipments is deleted.
 */
export function consumeForCouriers(deps: ConsumerDeps): Consumer {
  return startConsumer({
    name: 'couriers',
    db: deps.db,
    ...definedOnly({ listener: deps.listener }),
    log: deps.log,
    batchMax: BATCH_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    beginsAt: 'newest',
    passesOver: true,
    read: readEntry,
    handle: (events) => handle(deps, events),
  });
}

async function handle(deps: ConsumerDeps, events: readonly Event[]): Promise<void> {
  const { pipeline } = deps.db;
  for (const event of events.filter(isDeletion)) {
    const { tenant, subjectId } = event;
    if (event.about === 'shipment' && event.data.carrier === deps.ownCarrier) {
      // Link what couriers reported while the shipment was being created, so it is erased with it.
      const trackingNumber = event.data.tracking_number;
      await adoptParcels(pipeline, [{ tenant, shipmentId: subjectId, trackingNumber }]);
    }
    await eraseOfShipment(pipeline, subjectId);
  }
  const ours = events.flatMap((event) =>
    event.about === 'shipment' && event.data.carrier === deps.ownCarrier && !isQuiet(event)
      ? [event]
      : [],
  );
  const created = ours.flatMap(({ type, tenant, subjectId, data }) =>
    TYPES.created.has(type)
      ? [{ tenant, shipmentId: subjectId, trackingNumber: data.tracking_number }]
      : [],
  );
  await adoptParcels(pipeline, created);
  const newestEvents = new Map(ours.map((event) => [event.subjectId, event]));
  const rows = await openOfShipments(pipeline, [...newestEvents.keys()]);
  for (const row of rows) {
    const event = newestEvents.get(row.shipmentId ?? '');
    if (event !== undefined && mayEnd(event.data.status)) await applyStatus(deps, row, event);
  }
  // The route shows status and address, but no courier table stores them.
  await announceCouriers(pipeline, [...new Set(rows.map((row) => row.courierId))]);
}

/** What happens to a parcel on a courier's route, held or planned, when it reaches this status. */
interface ParcelEffect {
  readonly end: ParcelEnd | null;
  readonly notice: NoticeKind | null;
}

const NO_EFFECT: ParcelEffect = { end: null, notice: null };

/**
 * How a status from another source affects a courier's parcel. Pure.
 * @param isAfter whether the status is later than the courier's pickup or reopening.
 */
function effectOf(
  status: Status,
  { isHeld, isAfter }: { isHeld: boolean; isAfter: boolean },
): ParcelEffect {
  if (isHeld && !isAfter) return NO_EFFECT;
  switch (status) {
    case 'delivered':
      return { end: 'delivered', notice: isHeld ? null : 'taken_off' };
    case 'returned_to_sender':
      return { end: 'returned', notice: isHeld ? null : 'taken_off' };
    case 'available_for_pickup':
      return { end: 'handed_in', notice: isHeld ? null : 'taken_off' };
    case 'at_facility':
      return isHeld ? { end: 'handed_in', notice: null } : NO_EFFECT;
    case 'cancelled':
      return isHeld ? { end: null, notice: 'cancelled' } : { end: 'ended', notice: 'taken_off' };
    case 'returning':
      return isHeld ? { end: null, notice: 'returning' } : { end: 'ended', notice: 'taken_off' };
    default:
      return NO_EFFECT;
  }
}

/**
 * Whether this status can end a courier's work or cause a notice, no matter who holds the parcel.
 * Pure.
 */
function mayEnd(status: Status): boolean {
  return [true, false].some((isHeld) => effectOf(status, { isHeld, isAfter: true }) !== NO_EFFECT);
}

async function applyStatus(
  { db, clock, randomBytes }: ConsumerDeps,
  { id }: CourierParcelRow,
  { data, tenant, previousAttributes }: ShipmentEvent,
): Promise<void> {
  const nowMs = clock.nowMs();
  const atMs = data.last_event_at ? Date.parse(data.last_event_at) : nowMs;
  const isNew = previousAttributes.status !== undefined;
  await withTransaction(db.pipeline, async (tx) => {
    // The row comes from an earlier read: meanwhile the courier may have loaded the parcel or given
    // it away.
    const row = await lockParcel(tx, id);
    if (row === null) return;
    const isHeld = row.heldSinceMs !== null;
    const sinceMs = Math.max(row.heldSinceMs ?? 0, row.reopenedAtMs ?? 0);
    const { end, notice } = effectOf(data.status, { isHeld, isAfter: !isHeld || atMs > sinceMs });
    if (end === null && (notice === null || !isNew)) return;
    if (end !== null && !(await endParcel(tx, row.id, end, atMs))) return;
    if (notice === null) return;
    await insertNotice(tx, tenant, {
      id: idMaker(nowMs, randomBytes)(),
      courierId: row.courierId,
      kind: notice,
      atMs: nowMs,
      shipmentId: row.shipmentId,
      trackingNumber: row.trackingNumber,
    });
  });
}

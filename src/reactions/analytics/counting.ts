import { type Event, isDeletion, type ShipmentEvent } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import { withTransaction } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { tradeLaneOf } from '../../tracking/ports/predictions.ts';
import { openPersonal, shipmentsByIds, type TrackingDeps } from '../../tracking/ports/shipments.ts';
import { addCounts, countedParcels, forgetParcels, putCountedParcels } from './counting.sql.ts';
import { changesOf } from './counts.ts';
import { type CountedParcel, countsOf } from './parcel.ts';

interface CountingDeps {
  readonly tracking: Pick<TrackingDeps, 'db' | 'sealer'>;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  /** Whether work that people wait for is pending; absent: never. */
  readonly givesWay?: () => boolean;
}

const TYPES = groupEventTypes({
  counted: [
    'shipment.created',
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.updated',
    'shipment.expired',
    'shipment.exception_opened',
    'delivery_request.resolved',
    'shipment.proof_added',
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
  ignored: [
    'shipment.tracking_updated',
    'shipment.edd_changed',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'shipment.delay_predicted',
    'shipment.arriving',
  ],
});
const ENTRIES_MAX = 1_000;
const SHARDS_TOGETHER = 64;
/** Charts need no fast updates, and a batch costs less than single entries. */
const GATHERS_MS = 1_000;

/** Counts parcels for charts from the log, until it is stopped. */
export function startCounting(deps: CountingDeps): Consumer {
  const { tracking, listener, log, givesWay } = deps;
  return startConsumer({
    name: 'analytics',
    db: tracking.db,
    listener,
    log,
    batchMax: ENTRIES_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    passesOver: true,
    seesDemo: true,
    skips: TYPES.ignored,
    ...definedOnly({ givesWay }),
    mayFallBehind: true,
    read: readEntry,
    handle: (events) => count(deps, events),
  });
}

/**
 * Adds the events to the counts. Repeated events are counted once: each parcel records the newest
 * event in its counts.
 */
export async function count(
  { tracking }: Pick<CountingDeps, 'tracking'>,
  events: readonly Event[],
): Promise<void> {
  const deletedIds = events.filter(isDeletion).map(({ subjectId }) => subjectId);
  const shipmentEvents = events.flatMap((event) =>
    event.about === 'shipment' &&
    TYPES.counted.has(event.type) &&
    !deletedIds.includes(event.subjectId)
      ? [event]
      : [],
  );
  if (deletedIds.length === 0 && shipmentEvents.length === 0) return;
  await withTransaction(tracking.db.pipeline, async (tx) => {
    if (deletedIds.length > 0) await forgetParcels(tx, deletedIds);
    if (shipmentEvents.length === 0) return;
    const before = await countedParcels(tx, [
      ...new Set(shipmentEvents.map(({ subjectId }) => subjectId)),
    ]);
    const lanes = await lanesByShipment(tracking, tx, shipmentEvents, before);
    const after = new Map<string, CountedParcel>();
    // Parcels restored from the archive were counted before they were archived, so counting
    // continues from there.
    const restored = new Map<string, CountedParcel>();
    for (const event of shipmentEvents) {
      const id = event.subjectId;
      const known = after.get(id) ?? before.get(id) ?? null;
      const next = countsOf(known, event, lanes.get(id) ?? null);
      if (known === null && event.type === 'shipment.created' && event.sequence > 1)
        restored.set(id, next);
      after.set(id, next);
    }
    const changed = [...after.values()].filter(
      (parcel) => parcel !== before.get(parcel.shipmentId),
    );
    if (changed.length === 0) return;
    const changes = changesOf(
      changed.map((parcel) => {
        const { shipmentId: id } = parcel;
        return [before.get(id) ?? restored.get(id) ?? null, parcel] as const;
      }),
    );
    await putCountedParcels(tx, changed);
    if (changes.length > 0) await addCounts(tx, changes);
  });
}

/** Looks up the lanes of parcels that are new here, or whose addresses may have changed. */
async function lanesByShipment(
  { sealer }: Pick<TrackingDeps, 'sealer'>,
  tx: Parameters<typeof shipmentsByIds>[0],
  shipmentEvents: readonly ShipmentEvent[],
  before: ReadonlyMap<string, CountedParcel>,
): Promise<ReadonlyMap<string, string>> {
  const withUnknownLane = shipmentEvents.filter(
    ({ subjectId, type }) => !before.has(subjectId) || type === 'shipment.updated',
  );
  if (withUnknownLane.length === 0) return new Map();
  const found = await shipmentsByIds(tx, [
    ...new Set(withUnknownLane.map(({ subjectId }) => subjectId)),
  ]);
  return new Map(
    found.map(({ id, sealedPersonal }) => [id, tradeLaneOf(openPersonal(sealedPersonal, sealer))]),
  );
}

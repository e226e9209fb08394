import { Histogram, type Registry } from 'prom-client';
import { type Event, isDeletion } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import { isTerminal } from '../../kernel/status.ts';
import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { endDelivery } from './assigning/assign.ts';
import type { DeliveriesDeps } from './deps.ts';
import { eraseDelivery, foundOf } from './store/deliveries.sql.ts';

/** Most parcels of a batch are not deliveries, so batches can be large. */
const BATCH_MAX = 400;
const SHARDS_TOGETHER = 64;
/**
 * How long events are gathered. It need not be fast: commands of this hub have already ended the
 * delivery themselves.
 */
const GATHERS_MS = 250;

type ConsumerDeps = Pick<DeliveriesDeps, 'db' | 'clock' | 'ownCarrier'> & {
  readonly log: Logger;
  readonly listener?: Pick<Listener, 'on'>;
  /** The metrics to update; absent: none. */
  readonly figures?: DeliveryFigures;
};

/**
 * Consumes the log: ends the search for a finished parcel, and deletes the data of an erased one.
 */
export function consumeForDeliveries(deps: ConsumerDeps): Consumer {
  return startConsumer({
    name: 'deliveries',
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

/** The event types that are counted. Of other events, only the shipment's status matters. */
const TYPES = groupEventTypes({
  assigned: ['shipment.assigned'],
  others: [
    'shipment.created',
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

async function handle(deps: ConsumerDeps, events: readonly Event[]): Promise<void> {
  const { pipeline } = deps.db;
  const assigned = events.flatMap(({ type, subjectId }) =>
    TYPES.assigned.has(type) ? [subjectId] : [],
  );
  await deps.figures?.observe(pipeline, assigned);
  for (const event of events) {
    const { tenant, subjectId } = event;
    if (isDeletion(event)) {
      await eraseDelivery(pipeline, subjectId);
      continue;
    }
    if (event.about !== 'shipment' || event.data.carrier !== deps.ownCarrier) continue;
    if (event.previousAttributes.status === undefined || !isTerminal(event.data.status)) continue;
    await withTransaction(pipeline, (tx) => endDelivery(deps, tx, tenant, subjectId));
  }
}

/** Metrics about deliveries that found a courier. */
interface DeliveryFigures {
  /** Records those of these shipments that are deliveries. They have just been assigned. */
  observe(db: Queryable, shipmentIds: readonly string[]): Promise<void>;
}

/** Registers the metrics; call it once for each registry. */
export function createDeliveryFigures(registry: Registry): DeliveryFigures {
  const registers = [registry];
  const wait = new Histogram({
    name: 'waybill_delivery_assign_seconds',
    help: 'How long it took from when a delivery could be offered until a courier had it.',
    buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800],
    registers,
  });
  const offers = new Histogram({
    name: 'waybill_delivery_offers',
    help: 'How many couriers were asked until one had the delivery.',
    buckets: [1, 2, 3, 6, 9, 12, 20, 40],
    registers,
  });
  return {
    async observe(db, shipmentIds) {
      if (shipmentIds.length === 0) return;
      for (const found of await foundOf(db, shipmentIds)) {
        wait.observe(Math.max(0, found.waitedS));
        if (found.how === 'accepted') offers.observe(found.couriersOffered);
      }
    },
  };
}

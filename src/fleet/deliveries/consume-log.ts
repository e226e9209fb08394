import { type Event, isDeletion } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import { isTerminal } from '../../kernel/status.ts';
import { withTransaction } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { endDelivery } from './assigning/assign.ts';
import type { DeliveriesDeps } from './deps.ts';
import type { DeliveryFigures } from './figures.ts';
import { eraseDelivery } from './store/deliveries.sql.ts';

/** Most parcels are not deliveries. */
const BATCH_MAX = 400;
const SHARDS_TOGETHER = 64;
/** Commands of this hub have already ended the delivery themselves, so this need not be fast. */
const GATHERS_MS = 250;

type ConsumerDeps = Pick<DeliveriesDeps, 'db' | 'clock' | 'ownCarrier'> & {
  readonly log: Logger;
  readonly listener?: Pick<Listener, 'on'>;
  /** Absent: no metrics. */
  readonly figures?: DeliveryFigures;
};

/** Consumes the log: a finished parcel needs no courier, and an erased one leaves no data. */
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

/** Events counted by their type; of the others, only the shipment's status matters. */
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

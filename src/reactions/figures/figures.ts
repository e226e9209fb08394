import { Counter, Gauge, type Registry } from 'prom-client';
import { type Event, isQuiet } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { Status } from '../../kernel/status.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { logLags } from '../../platform/event-log/event-log.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';

interface FiguresOptions {
  readonly db: Pick<Database, 'pipeline'>;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Whether work that people wait for is pending; absent: never. */
  readonly givesWay?: () => boolean;
}

const NAME = 'figures';
const TYPES = groupEventTypes({
  changeStatus: ['shipment.status_changed', 'shipment.corrected'],
  ignored: [
    'shipment.created',
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
const SHARDS_TOGETHER = 64;
const ENTRIES_MAX = 1_000;
/** How long events are gathered: metrics are scraped every few seconds. */
const GATHERS_MS = 500;

/**
 * Counts events from the log, and therefore once with any number of processes: changes of status by
 * carrier, and how far behind the log each consumer is.
 */
export function startFigures(options: FiguresOptions): Consumer {
  const { db, listener, log, metrics, givesWay } = options;
  const changes = new Counter({
    name: 'waybill_status_changes_total',
    help: 'Changes of status by carrier, mode and the status reached.',
    labelNames: ['carrier', 'mode', 'status'],
    registers: [metrics],
  });
  const consumer = startConsumer({
    name: NAME,
    db,
    listener,
    log,
    passesOver: true,
    batchMax: ENTRIES_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    ...definedOnly({ givesWay }),
    mayFallBehind: true,
    skips: TYPES.ignored,
    read: readEntry,
    handle: async (events) => {
      for (const event of events) {
        const reached = statusReached(event);
        if (reached !== null && !isQuiet(event))
          changes.inc({ ...reached, mode: event.tenant.mode });
      }
    },
  });
  const lag = new Gauge({
    name: 'waybill_log_lag',
    help: 'Entries of the event log that a consumer has not handled yet.',
    labelNames: ['consumer'],
    registers: [metrics],
    async collect() {
      lag.reset();
      for (const [name, behind] of await logLags(db.pipeline)) lag.set({ consumer: name }, behind);
    },
  });
  return consumer;
}

/** The carrier and the new status in an event; null when it is about something else. */
function statusReached(event: Event): { carrier: string; status: Status } | null {
  if (event.about !== 'shipment' || event.previousAttributes.status === undefined) return null;
  const { carrier, status } = event.data;
  return TYPES.changeStatus.has(event.type) ? { carrier, status } : null;
}

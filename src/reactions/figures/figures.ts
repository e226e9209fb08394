import { Counter, Gauge, type Registry } from 'prom-client';
import { type Event, isQuiet } from '../../events/event.ts';
import type { EventType } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import type { Status } from '../../kernel/status.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { logLags } from '../../platform/event-log/event-log.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';

export interface FiguresOptions {
  readonly db: Pick<Database, 'pipeline'>;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Whether something waits that people wait for; absent: never. */
  readonly givesWay?: () => boolean;
}

const NAME = 'figures';
/** Nearly all there are, so that they are not read for nothing. */
const CHANGES_NO_STATUS = new Set<EventType>(['shipment.tracking_updated', 'shipment.edd_changed']);
const SHARDS_TOGETHER = 64;
const ENTRIES_MAX = 1_000;
/** Whoever collects metrics does so every few seconds. */
const GATHERS_MS = 500;

/**
 * Counts what happens to parcels, from the log and therefore once however many processes run:
 * changes of status by carrier, and how far behind the log each consumer is.
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
    ...(givesWay === undefined ? {} : { givesWay }),
    mayFallBehind: true,
    skips: CHANGES_NO_STATUS,
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

/** The carrier and the status that an event says a parcel has reached; null when it is about else. */
function statusReached(event: Event): { carrier: string; status: Status } | null {
  if (event.about !== 'shipment' || event.previousAttributes.status === undefined) return null;
  switch (event.type) {
    case 'shipment.status_changed':
    case 'shipment.corrected': {
      const { carrier, status } = event.data;
      return { carrier, status };
    }
    case 'shipment.created':
    case 'shipment.delivered':
    case 'shipment.confirmed':
    case 'shipment.edd_changed':
    case 'shipment.tracking_updated':
    case 'shipment.updated':
    case 'shipment.expired':
    case 'shipment.exception_opened':
    case 'shipment.exception_updated':
    case 'shipment.exception_resolved':
    case 'delivery_request.resolved':
    case 'shipment.delay_predicted':
    case 'shipment.proof_added':
    case 'shipment.arriving':
    case 'shipment.assigned':
    case 'shipment.unassigned':
    case 'shipment.unassignable':
    case 'shipment.deleted':
      return null;
    default:
      return event satisfies never;
  }
}

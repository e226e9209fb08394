import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import {
  isQuiet,
  LOG_CHANNEL,
  type LogEntry,
  logLags,
} from '../../platform/event-log/event-log.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';

export interface FiguresOptions {
  readonly db: Pick<Database, 'pipeline'>;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly metrics: Registry;
}

const NAME = 'figures';

/**
 * Counts what happens to parcels, from the log and therefore once however many processes run:
 * changes of status by carrier, and how far behind the log each consumer is.
 */
export function startFigures({ db, listener, log, metrics }: FiguresOptions): Consumer {
  const changes = new Counter({
    name: 'waybill_status_changes_total',
    help: 'Changes of status by carrier, mode and the status reached.',
    labelNames: ['carrier', 'mode', 'status'],
    registers: [metrics],
  });
  const consumer = startConsumer({
    name: NAME,
    db,
    log,
    passesOver: true,
    handle: async (entries) => {
      for (const entry of entries) {
        const reached = statusReached(entry);
        if (reached !== null && !isQuiet(entry))
          changes.inc({ ...reached, mode: entry.tenant.mode });
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
  const unsubscribe = listener.on(LOG_CHANNEL, (shard) =>
    consumer.wake(shard === null ? null : Number(shard)),
  );
  return {
    ...consumer,
    async stop() {
      unsubscribe();
      await consumer.stop();
    },
  };
}

/** The carrier and the status that an entry says a parcel has reached; null when it is about else. */
function statusReached(entry: LogEntry): { carrier: string; status: string } | null {
  const { carrier, status } = entry.data;
  if (!('status' in entry.previousAttributes)) return null;
  return typeof carrier === 'string' && typeof status === 'string' ? { carrier, status } : null;
}

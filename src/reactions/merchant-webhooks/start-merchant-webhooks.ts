import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Registry } from '../../platform/observability/metrics.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import { ENDPOINTS_CHANNEL, type Post } from './deps.ts';
import { createMaker } from './making/make-deliveries.ts';
import { createWebhookMetrics } from './metrics.ts';
import { type Attempted, traceAttempt } from './sending/attempt.ts';
import { startDispatcher } from './sending/dispatcher.ts';
import type { Sendable } from './sending/queue.ts';

export interface MerchantWebhooksOptions {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly post: Post;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Whether work that people wait for is pending; absent: never. */
  readonly givesWay?: () => boolean;
  /** A shorter lease for tests that kill a sender. */
  readonly leaseMs?: number;
  readonly timeoutMs?: number;
}

export interface MerchantWebhooks {
  /** Resolves when everything that was in the log, and everything that was due, is done. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** The consumer's name in the log. With another name, it would begin at the newest entry. */
export const WEBHOOKS_CONSUMER = 'merchant-webhooks';

/**
 * The number of batches of shards processed at once. Each mostly waits for the database, and holds
 * two of sixteen connections.
 */
const SHARDS_AT_ONCE = 2;
/** The number of shards in a batch, which takes seven statements however many entries it has. */
const SHARDS_TOGETHER = 32;
/** Longest wait for more events to share a statement: two or three at sixty events a second. */
const GATHERS_MS = 40;
/** The maximum number of entries in a batch: beyond it, a statement costs no less per entry. */
const ENTRIES_MAX = 400;

/** Creates deliveries from the log and sends them to merchants' endpoints, until it is stopped. */
export function startMerchantWebhooks(options: MerchantWebhooksOptions): MerchantWebhooks {
  const { db, clock, listener, log } = options;
  const metrics = createWebhookMetrics(options.metrics, () => sender.figures());
  const sender = startDispatcher({ ...options, onAttempt });
  function onAttempt(attempted: Attempted, delivery: Sendable): void {
    metrics.onAttempt(attempted, delivery);
    traceAttempt(db.pipeline, attempted, delivery);
  }
  const consumer = startConsumer({
    name: WEBHOOKS_CONSUMER,
    db,
    listener,
    log,
    beginsAt: 'newest',
    batchMax: ENTRIES_MAX,
    shardsAtOnce: SHARDS_AT_ONCE,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    ...definedOnly({ givesWay: options.givesWay }),
    read: readEntry,
    handle: createMaker({
      db,
      clock,
      sender,
      ...definedOnly({ leaseMs: options.leaseMs }),
    }),
  });
  const unsubscribe = listener.on(ENDPOINTS_CHANNEL, (id) => sender.wake(id));
  return {
    async idle() {
      await consumer.idle();
      await sender.idle();
    },
    async stop() {
      unsubscribe();
      await consumer.stop();
      await sender.stop();
    },
  };
}

import { Counter, Gauge } from 'prom-client';
import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { startConsumer } from '../../platform/event-log/log-consumer.ts';
import { LeanHistogram } from '../../platform/observability/lean-histogram.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Registry } from '../../platform/observability/metrics.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import type { FormatWriters } from './deliveries/format.ts';
import { ENDPOINTS_CHANNEL, type Post } from './deps.ts';
import { createMaker } from './making/make-deliveries.ts';
import { type Attempted, traceAttempt } from './sending/attempt.ts';
import { startDispatcher } from './sending/dispatcher.ts';
import type { Sendable } from './sending/queue.ts';

export interface MerchantWebhooksOptions {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly post: Post;
  /** Absent: endpoints with the formats of other services get nothing. */
  readonly formats?: FormatWriters;
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
      ...definedOnly({ leaseMs: options.leaseMs, formats: options.formats }),
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

interface WebhookMetrics {
  readonly onAttempt: (attempted: Attempted, delivery: Sendable) => void;
}

/** Histogram buckets in seconds, from some milliseconds to ten minutes. */
const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600];

export function createWebhookMetrics(
  registry: Registry,
  figures: () => { readonly inFlight: number; readonly held: number },
): WebhookMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: 'waybill_webhook_attempts_total',
    help: 'Requests to merchants’ endpoints by what came of them: 2xx … 5xx, or why none came.',
    labelNames: ['outcome'],
    registers,
  });
  const attemptSeconds = new LeanHistogram({
    name: 'waybill_webhook_attempt_seconds',
    help: 'How long merchants’ endpoints took to answer.',
    buckets: SECONDS,
    registers,
  }).series({});
  const firstTry = new LeanHistogram({
    name: 'waybill_webhook_first_attempt_seconds',
    help: 'From the event’s entry in the log to the first request to an endpoint.',
    buckets: SECONDS,
    registers,
  }).series({});
  const inFlight: Gauge = new Gauge({
    name: 'waybill_webhook_requests_in_flight',
    help: 'Requests to merchants’ endpoints that wait for an answer.',
    registers,
    collect(): void {
      inFlight.set(figures().inFlight);
    },
  });
  const held: Gauge = new Gauge({
    name: 'waybill_webhook_queues_held',
    help: 'Endpoints times subjects that this process holds at the moment to send what waits.',
    registers,
    collect(): void {
      held.set(figures().held);
    },
  });
  /**
   * The counters by outcome. Each is looked up once: there are some tens of outcomes, and thousands
   * of attempts a second.
   */
  const byOutcome = new Map<string, Counter.Internal>();
  const countOf = (outcome: string): Counter.Internal => {
    const known = byOutcome.get(outcome) ?? attempts.labels(outcome);
    byOutcome.set(outcome, known);
    return known;
  };
  return {
    onAttempt({ verdict, atMs, durationMs }, { tries, recordedAtMs }) {
      countOf(outcomeOf(verdict)).inc();
      attemptSeconds.observe(durationMs / 1_000);
      if (tries === 0) firstTry.observe(Math.max(0, atMs - recordedAtMs) / 1_000);
    },
  };
}

/** Returns the metric's label: the class of the HTTP status, or why there was no answer. */
function outcomeOf({ status, noAnswer }: Attempted['verdict']): string {
  if (status !== null) return `${Math.floor(status / 100)}xx`;
  return noAnswer ?? 'none';
}

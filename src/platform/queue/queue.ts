import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { RedisServer } from '../redis/redis.ts';
import type { JobBackend, JobWorker } from './redis-backend.ts';

/**
 * Wake-ups by key, shared by all processes on the same Redis or database. They are not the source
 * of truth: the user of the queue can compute at any time what is due, so a lost wake-up only
 * causes a delay, and a handler must tolerate an extra call.
 */
export interface WakeQueue {
  readonly kind: 'redis' | 'postgres';
  /**
   * Requests a call of the handler for `key` at `atMs` (epoch milliseconds), or earlier if an
   * earlier wake-up for it is waiting. A wake-up while `key` is being handled is stored for
   * afterwards.
   *
   * @param key letters, digits, `-` and `_`.
   */
  wake(key: string, atMs: number): Promise<void>;
  /** Starts handling wake-ups in this process; call it once. */
  start(handler: WakeHandler, options: { readonly concurrency: number }): Promise<void>;
  /** Accepts no more wake-ups, waits for running handlers, and closes. */
  stop(): Promise<void>;
  figures(): Promise<{
    readonly waiting: number;
    readonly delayed: number;
    readonly active: number;
  }>;
}

/**
 * Handles a key; called at least once per wake-up, and twice at once for one key only if a wake-up
 * came while it was handled. A key whose handler throws is woken again after a moment.
 */
export type WakeHandler = (key: string) => Promise<void>;

interface WakeQueueOptions {
  readonly name: string;
  /** Null: the queue uses PostgreSQL. */
  readonly redis: Pick<RedisServer, 'address'> | null;
  readonly databaseUrl: string;
  /** Separates hubs that share a Redis: letters, digits and `-`. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * A dead worker's jobs are found by two checks in a row after its lock has expired: within 8 s + 2
 * × 7 s.
 */
const LOCK_MS = 8_000;

const STALLED_CHECK_MS = 7_000;

/** A job is never given up because it lost many workers. */
const STALLED_MAX = 1_000_000;

/** The longest a worker sleeps before it checks, in case it missed a notification. */
const DRAIN_DELAY_S = 5;

const RETRY_MS = 5_000;

/** Stopping waits for the server no longer than this, because it may be gone for good. */
const CLOSE_MS_MAX = 10_000;

const KEY = /^[A-Za-z0-9_-]{1,200}$/;

/** Two jobs per key: one may be handled while the other waits. */
const PLACES = ['a', 'b'] as const;

/** Each try fails only if a worker has just claimed or finished the same key. */
const TRIES = 5;

/** Opens the queue in Redis if there is one, otherwise in PostgreSQL. */
export async function openWakeQueue(options: WakeQueueOptions): Promise<WakeQueue> {
  const { log, clock, name } = options;
  const onError = (err: Error): void => {
    log.warn({ err, queue: name }, 'the queue’s server did not answer');
  };
  const backend = await openBackend(options, onError);
  const { queue } = backend;
  queue.on('error', onError);
  let worker: JobWorker | null = null;

  async function wake(key: string, atMs: number): Promise<void> {
    if (!KEY.test(key)) throw new Error(`"${key}" is not a wake-up key`);
    await backend.exclusive(key, () => placeWakeUp(key, atMs));
  }

  async function placeWakeUp(key: string, atMs: number): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      for (const at of PLACES) {
        const outcome = await put(`${key}.${at}`, { key, atMs });
        if (outcome === 'waits') return;
        if (outcome === 'again') break;
      }
    }
    log.debug({ key }, 'a wake-up was not queued; the next periodic check will find the work');
  }

  /**
   * Stores a wake-up in one of a key's jobs. `busy`: that job is being handled just now. `again`:
   * it has just changed.
   */
  async function put(jobId: string, data: { key: string; atMs: number }) {
    const delay = Math.max(0, data.atMs - clock.nowMs());
    const found = await queue.getJob(jobId);
    if (found === undefined) {
      const keep = { removeOnComplete: true, removeOnFail: true } as const;
      await queue.add('wake', data, { jobId, delay, ...keep });
      return 'waits';
    }
    const state = await found.getState();
    if (state === 'active') return 'busy';
    if (state === 'waiting') return 'waits';
    if (state === 'delayed' && found.data.atMs <= data.atMs) return 'waits';
    await found.remove().catch(() => {}); // its handling has just begun
    return 'again';
  }

  return {
    kind: backend.kind,
    wake,
    async start(handler, { concurrency }) {
      if (worker !== null) throw new Error('the queue is being handled already');
      worker = backend.makeWorker(
        async ({ data }) => {
          try {
            await handler(data.key);
          } catch (err) {
            log.warn({ err, queue: name, key: data.key }, 'a wake-up failed and is retried');
            await wake(data.key, clock.nowMs() + RETRY_MS);
          }
        },
        {
          concurrency: Math.min(concurrency, backend.concurrencyMax),
          lockDuration: LOCK_MS,
          stalledInterval: STALLED_CHECK_MS,
          maxStalledCount: STALLED_MAX,
          drainDelay: DRAIN_DELAY_S,
          autorun: false,
        },
      );
      worker.on('error', onError);
      await worker.waitUntilReady();
      worker.run().catch(onError);
    },
    async stop() {
      if (worker !== null) await closeInTime(worker.close());
      await closeInTime(queue.close());
      await backend.close().catch(onError);
    },
    async figures() {
      const {
        waiting = 0,
        delayed = 0,
        active = 0,
      } = await queue.getJobCounts('waiting', 'delayed', 'active');
      return { waiting, delayed, active };
    },
  };

  async function closeInTime(closing: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS_MAX);
    });
    await Promise.race([closing.catch(onError), late]);
    clearTimeout(timer);
  }
}

/** BullMQ is loaded only by the process that polls: it takes a tenth of a second. */
async function openBackend(
  { name, namespace, databaseUrl, redis }: WakeQueueOptions,
  onError: (error: Error) => void,
): Promise<JobBackend> {
  if (redis === null) {
    const { openPostgresBackend } = await import('./postgres-backend.ts');
    return openPostgresBackend({ databaseUrl, name, onError });
  }
  const { openRedisBackend } = await import('./redis-backend.ts');
  return openRedisBackend({ address: redis.address, namespace, name, onError });
}

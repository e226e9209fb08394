import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { openRedisClient, type RedisAddress, type RedisClient } from '../redis/client.ts';

export interface RedisBackendOptions {
  readonly address: RedisAddress;
  /** Separates hubs that share a server. */
  readonly namespace: string;
  readonly name: string;
  readonly onError: (error: Error) => void;
}

/** The longest pause between attempts to reconnect. */
const RECONNECT_MS_MAX = 2_000;
/** The lock of a dead process ends after this; storing a wake-up takes a few milliseconds. */
const LOCK_MS = 3_000;
const LOCK_POLL_MS = 5;
const UNLOCK = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
/** Nobody reads the events, so they need no history. */
const EVENTS_RETAINED = 100;

/** Opens the queue's backend in Redis (BullMQ). */
export function openRedisBackend(options: RedisBackendOptions): JobBackend {
  // BullMQ needs commands to wait while a server is briefly unavailable.
  const connection = connect(options.address);
  connection.on('error', options.onError);
  const shared = {
    connection,
    // The braces keep all keys on one server of a cluster, as the queue's scripts require.
    prefix: `{waybill-${options.namespace}}`,
  };
  return {
    kind: 'redis',
    concurrencyMax: 64,
    queue: new Queue<WakeData>(options.name, {
      ...shared,
      streams: { events: { maxLen: EVENTS_RETAINED } },
    }),
    exclusive: (key, work) => withLock(connection, `${shared.prefix}:lock:${key}`, work),
    makeWorker: (work, settings) =>
      new Worker<WakeData, void>(options.name, work, { ...shared, ...settings }),
    async close() {
      connection.disconnect();
    },
  };
}

function connect(address: RedisAddress): RedisClient {
  return openRedisClient(address, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), RECONNECT_MS_MAX),
  });
}

async function withLock<T>(redis: RedisClient, key: string, work: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  const deadline = performance.now() + LOCK_MS;
  while ((await redis.set(key, token, 'PX', LOCK_MS, 'NX')) === null) {
    if (performance.now() > deadline) break;
    await sleep(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    await redis.eval(UNLOCK, 1, key, token);
  }
}

/** The only kind of job: "check this key, which was due at that time". */
export interface WakeData {
  readonly key: string;
  /** The time in epoch milliseconds. */
  readonly atMs: number;
}

/** The part of BullMQ's queue that we use, with any backend. */
interface JobQueue {
  add(name: string, data: WakeData, options: JobOptions): Promise<unknown>;
  getJob(id: string): Promise<StoredJob | undefined>;
  getJobCounts(...states: ('active' | 'waiting' | 'delayed')[]): Promise<Record<string, number>>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

interface JobOptions {
  readonly jobId: string;
  readonly delay: number;
  readonly removeOnComplete: true;
  readonly removeOnFail: true;
}

interface StoredJob {
  readonly data: WakeData;
  getState(): Promise<string>;
  remove(): Promise<void>;
}

/** The part of BullMQ's worker that we use. */
export interface JobWorker {
  run(): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly drainDelay: number;
  readonly autorun: false;
}

type Work = (job: { readonly data: WakeData }) => Promise<void>;

/** A store of jobs: Redis or PostgreSQL. */
export interface JobBackend {
  readonly kind: 'redis' | 'postgres';
  /** The most useful number of handlers in one process; more bring nothing, or cause deadlocks. */
  readonly concurrencyMax: number;
  readonly queue: JobQueue;
  /**
   * Runs `work` while no other process runs any for the same key, or after waiting for a few
   * seconds.
   */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  makeWorker(work: Work, settings: WorkerSettings): JobWorker;
  /** Closes the backend; call it after the queue and all workers are closed. */
  close(): Promise<void>;
}

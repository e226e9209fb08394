import { setTimeout as sleep } from 'node:timers/promises';
import { decideRunAs } from '../postgres/run-as.ts';
import type { RedisAddress } from './client.ts';
import { findRedisProgram, prepareRedisFolder, redisOwner, whyNoAnswer } from './program.ts';
import { type RedisProcess, type RedisSetup, startRedisProcess } from './server-process.ts';

/** A Redis that this process may use, its own or an external one. */
export interface RedisServer {
  readonly kind: 'external' | 'private';
  readonly address: RedisAddress;
  /** The process id of a private server, which changes when it is restarted. Null: not ours. */
  pid(): number | null;
  /** Ends a private server permanently; an external one is left alone. */
  stop(): Promise<void>;
}

export interface RedisPlace {
  readonly redisUrl: string | null;
  /** The name of the master if REDIS_URL names Sentinels, which know where it is; null if not. */
  readonly redisSentinelName?: string | null;
  /** False: no private Redis is started, even if there is one on the PATH. */
  readonly redisPrivate: boolean;
  /** Not null: other processes may share that database, and would need to share the Redis too. */
  readonly databaseUrl: string | null;
  readonly data: string;
  /** The environment's PATH. */
  readonly searchPath: string;
}

type RedisChoice =
  | {
      readonly use: 'external';
      readonly url: string;
      readonly sentinelName: string | null;
    }
  | { readonly use: 'private'; readonly file: string; readonly version: string }
  | { readonly use: 'none'; readonly why: string };

export type RedisEvent =
  | { readonly kind: 'ended'; readonly why: string }
  | { readonly kind: 'restart_failed'; readonly why: string }
  | { readonly kind: 'restarted'; readonly pid: number };

interface OpenRedisOptions {
  readonly place: RedisPlace;
  readonly onEvent?: (event: RedisEvent) => void;
}

/** How long to wait for an external server that is started together with us. */
const EXTERNAL_WAIT_MS = 30_000;
const EXTERNAL_CHECK_MS = 500;
/** Waits before restarts of a private server; the last one repeats. */
const RESTART_WAITS_MS = [0, 1_000, 5_000, 30_000] as const;

/**
 * Chooses which Redis to use. A private one serves the processes of one data folder, so it is only
 * started with the embedded database: processes that share an external database would each have one
 * of their own and not receive each other's messages.
 */
export async function chooseRedis(place: RedisPlace): Promise<RedisChoice> {
  if (place.redisUrl !== null) {
    const { redisUrl: url, redisSentinelName: sentinelName = null } = place;
    return { use: 'external', url, sentinelName };
  }
  if (!place.redisPrivate) return { use: 'none', why: 'WAYBILL_REDIS is off' };
  if (place.databaseUrl !== null) {
    return { use: 'none', why: 'with DATABASE_URL, only REDIS_URL is used' };
  }
  const program = await findRedisProgram(place.searchPath);
  if (program === null) return { use: 'none', why: 'no redis-server or valkey-server on the PATH' };
  return { use: 'private', ...program };
}

/**
 * Opens the chosen Redis; null if there is none. Throws if REDIS_URL is set and nothing answers
 * there, or if a private server does not start.
 */
export async function openRedis({ place, onEvent }: OpenRedisOptions): Promise<RedisServer | null> {
  const choice = await chooseRedis(place);
  if (choice.use === 'none') return null;
  if (choice.use === 'external') {
    return openExternal({ url: choice.url, sentinelName: choice.sentinelName });
  }
  const runAs = decideRunAs(redisOwner(place.data), 'TERM');
  const folder = prepareRedisFolder(place.data, runAs);
  return keepRunning({ program: choice, folder, runAs }, onEvent ?? (() => {}));
}

async function openExternal(address: RedisAddress): Promise<RedisServer> {
  const deadline = performance.now() + EXTERNAL_WAIT_MS;
  for (;;) {
    const why = await whyNoAnswer(address);
    if (why === null) break;
    if (performance.now() > deadline)
      throw new Error(`REDIS_URL is set but cannot be used: ${why}`);
    await sleep(EXTERNAL_CHECK_MS);
  }
  return { kind: 'external', address, pid: () => null, stop: async () => {} };
}

/**
 * Starts the server, and restarts it when it ends unexpectedly. Must be called in the main thread
 * (see run-as).
 */
async function keepRunning(
  setup: RedisSetup,
  onEvent: (event: RedisEvent) => void,
): Promise<RedisServer> {
  let server: RedisProcess = await startRedisProcess(setup);
  const abort = new AbortController();
  const watch = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      const why = await server.ended;
      if (abort.signal.aborted) return;
      onEvent({ kind: 'ended', why });
      const next = await restart(setup, onEvent, abort.signal);
      if (next === null) return;
      server = next;
      onEvent({ kind: 'restarted', pid: server.pid });
    }
  };
  const watching = watch();
  return {
    kind: 'private',
    address: { path: setup.folder.socket },
    pid: () => server.pid,
    async stop() {
      abort.abort();
      await server.stop();
      await watching;
    },
  };
}

/** Restarts the server, with increasing waits after failures; null if it was aborted. */
async function restart(
  setup: RedisSetup,
  onEvent: (event: RedisEvent) => void,
  signal: AbortSignal,
): Promise<RedisProcess | null> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    const waitMs = RESTART_WAITS_MS[Math.min(tries, RESTART_WAITS_MS.length - 1)] ?? 30_000;
    await sleep(waitMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return null;
    try {
      const server = await startRedisProcess(setup);
      if (!signal.aborted) return server;
      await server.stop();
    } catch (error) {
      onEvent({
        kind: 'restart_failed',
        why: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return null;
}

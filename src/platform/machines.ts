import { resolve } from 'node:path';
import type { Registry } from 'prom-client';
import { type Clock, type RandomBytes, systemClock, systemRandom } from './clock.ts';
import { type Database, openDatabase } from './database/database.ts';
import {
  createWriteFailures,
  retryWhileUnavailable,
  type WriteFailures,
} from './database/database-errors.ts';
import { assertDurable } from './database/durability.ts';
import { onDatabaseMove } from './database/hosts/connect.ts';
import { countReplica } from './database/hosts/read-pool.ts';
import { type Listener, openListener } from './database/listen.ts';
import { migrate } from './database/migrate.ts';
import type { Pooler } from './database/pool.ts';
import { assertOwnSession, examinePooler } from './database/pooler/examine-pooler.ts';
import { assertWholeCluster } from './distribution/cluster-check.sql.ts';
import type { Logger } from './observability/log.ts';
import { createMetrics } from './observability/metrics.ts';
import { type ServerEvent, startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import { openDataFolder } from './process/data-folder.ts';
import type { Shutdown } from './process/shutdown.ts';
import type { RedisAddress } from './redis/client.ts';
import { openRedis, type RedisEvent, type RedisServer } from './redis/redis.ts';
import { assertKeyFits } from './sealing/key-canary.sql.ts';
import { openLiveKeyring } from './sealing/live-keyring.ts';
import type { Keyring } from './sealing/sealing.ts';
import type { Config } from './settings/config.ts';
import { startTracing } from './tracing/start-tracing.ts';

/** Everything from which a role is built: what this process opens once and shares. */
export interface Machines {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly keyring: Keyring;
  readonly database: Database;
  readonly writeFailures: WriteFailures;
  readonly databaseUrl: string;
  /** Null if there is none. */
  readonly pooler: Pooler | null;
  readonly listener: Listener;
  /** Null if there is no Redis; PostgreSQL then replaces it. */
  readonly redis: RedisServer | null;
  /** Each role registers here how it stops; the machines stop after all of them. */
  readonly shutdown: Shutdown;
}

interface MachinesDeps {
  readonly config: Config;
  readonly log: Logger;
  readonly shutdown: Shutdown;
}

/** A stop was requested before everything was started. */
export class StartInterrupted extends Error {
  override readonly name = 'StartInterrupted';
}

/** How long to wait for an external server that is started together with us. */
const DATABASE_WAIT_MS = 30_000;

/**
 * Starts the infrastructure in order of dependency: data folder, PostgreSQL, schema, keys,
 * connections. Each part is registered with `shutdown` at once, so that a failure half way stops
 * exactly what runs.
 */
export async function bringUpMachines({ config, log, shutdown }: MachinesDeps): Promise<Machines> {
  const step: Step = async (work) => {
    if (shutdown.stopping) throw new StartInterrupted('stopped while starting');
    return work();
  };
  const folder = await step(() => openDataFolder(config.data));
  shutdown.onStop('data folder', () => folder.release());

  const databaseUrl =
    config.databaseUrl ?? (await step(() => startServer(folder.path, log, shutdown)));
  const redis = await step(() => startRedis(config, log, shutdown));
  const patience = { forMs: DATABASE_WAIT_MS };
  await step(() =>
    retryWhileUnavailable(() => assertOwnSession(databaseUrl, assertDurable), patience),
  );
  const { applied } = await step(() => migrate(databaseUrl));
  if (applied.length > 0) log.info({ applied }, 'the database was migrated');
  // The hub's own server is no cluster.
  if (config.databaseUrl !== null) {
    await step(() =>
      retryWhileUnavailable(() => assertOwnSession(databaseUrl, assertWholeCluster), patience),
    );
  }
  const { databasePoolerUrl: poolerUrl } = config;
  const pooler =
    poolerUrl === null
      ? null
      : await step(() =>
          retryWhileUnavailable(() => examinePooler(poolerUrl, databaseUrl), patience),
        );
  const opened = open({ databaseUrl, pooler }, { config, log, shutdown });
  return connect({ config, log, shutdown }, { databaseUrl, pooler, redis, ...opened }, step);
}

/** What the process that started the servers passes to a process that shares them. */
export interface SharedServers {
  readonly databaseUrl: string;
  readonly pooler: Pooler | null;
  /** Null if there is none. */
  readonly redis: RedisAddress | null;
}

/**
 * Opens the infrastructure of a child process: the servers run, the schema exists, and the parent
 * holds the data folder and stops them after this process has ended.
 */
export function shareMachines(deps: MachinesDeps, servers: SharedServers): Promise<Machines> {
  const { databaseUrl, pooler, redis } = servers;
  return connect(
    deps,
    {
      databaseUrl,
      pooler,
      redis: redis && { kind: 'external', address: redis, pid: () => null, stop: async () => {} },
      ...open({ databaseUrl, pooler }, deps),
    },
    async (work) => work(),
  );
}

type Step = <T>(work: () => T | Promise<T>) => Promise<T>;

/** Opens the database, and logs when connections are lost or the server changes. */
function open(
  { databaseUrl: url, pooler }: Pick<Machines, 'databaseUrl' | 'pooler'>,
  { config, log, shutdown }: MachinesDeps,
): Pick<Machines, 'database' | 'writeFailures'> {
  const writeFailures = createWriteFailures(systemClock);
  const database = openDatabase({
    url,
    pooler,
    read: readOf(config),
    onServerError: writeFailures.onServerError,
    onConnectionLost: (role, err) => log.warn({ err, role }, 'a database connection was lost'),
    onReplicaChange(isUsed, stalenessMs) {
      const behind = { behind_ms: Number.isFinite(stalenessMs) ? Math.round(stalenessMs) : null };
      if (isUsed) log.info(behind, 'public lookups use the replica');
      else log.warn(behind, 'public lookups use the main database: the replica is behind or away');
    },
  });
  const forget = onDatabaseMove(url, ({ name }) => {
    log.warn({ server: name }, 'the database is another server now');
  });
  shutdown.onStop('database moves', forget);
  shutdown.onStop('database connections', () => database.end());
  return { database, writeFailures };
}

function readOf({ databaseReadUrl: url, databaseReadLagS }: Config) {
  return url === null ? null : { url, stalenessMsMax: databaseReadLagS * 1_000 };
}

/** Opens what needs the database: the master key, which must fit it, the listener, and tracing. */
async function connect(
  { config, log, shutdown }: MachinesDeps,
  servers: Pick<Machines, 'databaseUrl' | 'pooler' | 'redis' | 'database' | 'writeFailures'>,
  step: Step,
): Promise<Machines> {
  const keys = await step(() =>
    openLiveKeyring({
      source: { text: config.masterKey, file: config.masterKeyFile, data: resolve(config.data) },
      onProblem: (problem) =>
        log.warn({ problem }, 'the master key file has changed and cannot be used'),
      onChange: (key) => log.info({ key }, 'a new master key is now current'),
    }),
  );
  shutdown.onStop('master key', () => keys.close());
  const { keyring } = keys;
  await step(() => assertKeyFits(servers.database.pipeline, keyring));
  const listener = openListener({
    url: servers.databaseUrl,
    onLost: (err) => log.warn({ err }, 'the listening connection was lost'),
  });
  shutdown.onStop('listener', () => listener.close());
  await step(() => listener.ready);
  const metrics = createMetrics();
  countReplica(servers.database.replica, metrics);
  if (config.tracing !== null) {
    shutdown.onStop('traces', await startTracing(config.tracing, { log, metrics }));
  }
  return {
    ...servers,
    config,
    log,
    keyring,
    listener,
    shutdown,
    metrics,
    clock: systemClock,
    random: systemRandom,
  };
}

async function startServer(data: string, log: Logger, shutdown: Shutdown): Promise<string> {
  const server = await startEmbeddedPostgres({
    data,
    onEvent: (event) => logServerEvent(event, log),
  });
  shutdown.onStop('PostgreSQL', () => server.stop());
  log.info({ pid: server.pid() }, 'PostgreSQL is running');
  return server.url;
}

/**
 * Starts the Redis of the poller, the only part that needs it. If a private one fails, PostgreSQL
 * replaces it, so this is no reason to stop.
 */
async function startRedis(
  config: Config,
  log: Logger,
  shutdown: Shutdown,
): Promise<RedisServer | null> {
  if (!config.roles.includes('poller')) return null;
  try {
    const redis = await openRedis({ place: config, onEvent: (event) => logRedisEvent(event, log) });
    if (redis === null) return null;
    shutdown.onStop('Redis', () => redis.stop());
    log.info({ kind: redis.kind, pid: redis.pid() }, 'using Redis');
    return redis;
  } catch (error) {
    if (config.redisUrl !== null) throw error;
    log.warn({ err: error }, 'the Redis on the PATH does not start; PostgreSQL is used instead');
    return null;
  }
}

function logRedisEvent(event: RedisEvent, log: Logger): void {
  if (event.kind === 'restarted') log.warn({ pid: event.pid }, 'Redis is running again');
  else
    log.error({ why: event.why }, `Redis ${event.kind === 'ended' ? 'ended' : 'does not start'}`);
}

function logServerEvent(event: ServerEvent, log: Logger): void {
  if (event.kind === 'ended') log.error({ why: event.why }, 'PostgreSQL exited unexpectedly');
  else if (event.kind === 'restarted') log.info({ pid: event.pid }, 'PostgreSQL is running again');
  else log.error({ why: event.why, next_try_s: event.nextTryS }, 'PostgreSQL does not start');
}

/**
 * Returns the Redis that processes share; null if there is none. A private one belongs to its
 * process alone.
 */
export function sharedRedis({
  redis,
  config,
}: Pick<Machines, 'redis' | 'config'>): RedisAddress | null {
  return redis !== null && redis.kind === 'external' && config.redisUrl !== null
    ? redis.address
    : null;
}

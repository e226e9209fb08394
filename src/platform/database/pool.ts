import type { Duplex } from 'node:stream';
import pg from 'pg';
import { GrowingPool } from './growing-pool.ts';
import { connectingTo } from './hosts/connect.ts';
import type { SessionAttrs } from './hosts/host-list.ts';
import { arrayText } from './plain-array.ts';
import { transactionClient } from './pooler/transaction-client.ts';
import { takeOptions } from './url-options.ts';

/** The database roles with which the hub works. */
export const HUB_ROLES = ['waybill_app', 'waybill_pipeline', 'waybill_public'] as const;

/** The roles that a pool can assume; `owner` stays the login role. */
type PoolRole = (typeof HUB_ROLES)[number] | 'owner';

interface RoleLimits {
  /**
   * The most connections at once. In both processes of a hub together they stay below the embedded
   * server's limit (100).
   */
  readonly connectionsMax: number;
  /** The longest that a statement may run before the server ends it; 0: no limit. */
  readonly statementTimeoutMs: number;
}

/**
 * A page that a person waits for fails early; the pipeline works in batches; migrations and
 * maintenance may take as long as they need.
 */
const LIMITS: Readonly<Record<PoolRole, RoleLimits>> = {
  waybill_app: { connectionsMax: 10, statementTimeoutMs: 10_000 },
  waybill_pipeline: { connectionsMax: 16, statementTimeoutMs: 60_000 },
  waybill_public: { connectionsMax: 8, statementTimeoutMs: 3_000 },
  owner: { connectionsMax: 4, statementTimeoutMs: 0 },
};

/**
 * The pipeline and public look-ups find rows by key, in batches. Their plans, and those of
 * foreign-key checks, are cached for the life of the connection. A plan made while a table was
 * nearly empty would scan the whole table for every row once it has grown, until statistics catch
 * up (docs/benchmarks.md, pipeline).
 */
const BY_KEY: ReadonlySet<PoolRole> = new Set(['waybill_pipeline', 'waybill_public']);
const INDEXES_ONLY = ['enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off'] as const;

/** A longer wait for a free connection means overload: an error is better than a queue. */
const CONNECT_MS_MAX = 5_000;
const IDLE_MS_MAX = 30_000;
/**
 * The age at which a connection is replaced. A server process grows as long as it runs: it caches
 * plans and the catalogue, and its allocator returns little memory. This bounds its memory by half
 * an hour of work.
 */
const AGE_S_MAX = 1_800;

const OID_DATE = 1082;
const OID_TIMESTAMP = 1114;

/**
 * Returns the settings with which every connection starts. `role` is set before the first statement
 * can run, and synchronous_commit is set even if the server's own default differs: a commit we
 * report is on disk.
 *
 * @param fallback which of several servers to use if the URL does not say.
 */
export function poolConfig(
  url: string,
  role: PoolRole,
  fallback: SessionAttrs = 'read-write',
): pg.PoolConfig {
  const { options } = takeOptions(url);
  const settings = [...(role === 'owner' ? [] : [`role=${role}`]), ...settingsOf(role)];
  return {
    ...connectingTo(url, fallback),
    ...poolLimits(role),
    options: [options, ...settings.map((setting) => `-c ${setting}`)].filter(Boolean).join(' '),
    application_name: `waybill ${role.replace('waybill_', '')}`,
  };
}

/** A pooler that assigns a server connection per transaction, and its capabilities. */
export interface Pooler {
  readonly url: string;
  /** Whether it supports named prepared statements, whichever server they run on next. */
  readonly keepsNames: boolean;
}

/**
 * Returns the settings for connections through a pooler: each transaction sets role and settings.
 * All roles share one application name there, because a pooler reports each change of it to the
 * server.
 */
export function pooledConfig({ url, keepsNames }: Pooler, role: PoolRole): pg.PoolConfig {
  const { Client = pg.Client, ...connecting } = connectingTo(url);
  const settings = [`role ${role}`, ...settingsOf(role)].map((each) => `set local ${each}`);
  return {
    ...connecting,
    ...poolLimits(role),
    Client: transactionClient(Client, { settings: settings.join('; '), keepsNames }),
    application_name: 'waybill',
  };
}

/** Returns `name=value` of the settings with which connections of a role work. */
export function settingsOf(role: PoolRole): readonly string[] {
  return [
    ...(BY_KEY.has(role) ? INDEXES_ONLY : []),
    'synchronous_commit=on',
    'timezone=UTC',
    `statement_timeout=${LIMITS[role].statementTimeoutMs}`,
  ];
}

function poolLimits(role: PoolRole): pg.PoolConfig {
  return {
    max: LIMITS[role].connectionsMax,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    idleTimeoutMillis: IDLE_MS_MAX,
    maxLifetimeSeconds: AGE_S_MAX,
    keepAlive: true,
    // Independent statements are sent together (see `together`).
    pipeline: true,
    types: { getTypeParser },
  };
}

/**
 * Opens a pool whose connections may break at any moment, in use or idle. When one in use breaks,
 * the failing statement reports it to the caller. Its `error` event also needs a listener from the
 * first moment on, because the server's last message may arrive in one packet with the previous
 * answer: after the pool has removed its listener, and before the waiting caller continues.
 *
 * @param onLost called when an idle connection broke; the pool opens another by itself.
 * @param onServerError called with every error that the server returns, whoever handles it.
 */
export function openPool(
  config: pg.PoolConfig,
  onLost: (error: Error) => void,
  onServerError?: (error: Error) => void,
): pg.Pool {
  return withErrorListeners(new GrowingPool(config), onLost, onServerError);
}

/** Adds the listeners that let a new pool survive broken connections. */
export function withErrorListeners<P extends pg.Pool>(
  pool: P,
  onLost: (error: Error) => void,
  onServerError?: (error: Error) => void,
): P {
  pool.on('connect', (client) => {
    client.on('error', () => {});
    const { connection } = client as pg.PoolClient & { readonly connection: Connection };
    if (onServerError !== undefined) connection.on('errorMessage', onServerError);
    sendTogether(connection);
    writeArrays(connection);
  });
  // Without a listener a server restart would end our process.
  pool.on('error', onLost);
  return pool;
}

/**
 * Sends statements issued in one turn of the event loop in one packet: the driver writes each one
 * separately, which wakes the server each time.
 */
function sendTogether({ stream }: Connection): void {
  const uncork = stream.uncork.bind(stream);
  let held = 0;
  stream.uncork = () => {
    held += 1;
    if (held > 1) return;
    process.nextTick(() => {
      for (; held > 0; held -= 1) uncork();
    });
  };
}

/**
 * Writes arrays of texts, numbers and booleans by ourselves (`arrayText`), and all others by the
 * driver.
 */
function writeArrays(connection: Connection): void {
  const bind = connection.bind.bind(connection);
  connection.bind = (config, more) => {
    const { valueMapper } = config;
    if (valueMapper === undefined) return bind(config, more);
    const ours = (value: unknown, index: number): unknown =>
      (Array.isArray(value) ? arrayText(value) : null) ?? valueMapper(value, index);
    return bind({ ...config, valueMapper: ours }, more);
  };
}

/** Members of the driver's connection that its types omit. */
interface Connection {
  on(event: 'errorMessage', listener: (error: Error) => void): unknown;
  readonly stream: Duplex;
  bind(config: BindConfig, more: unknown): unknown;
}

interface BindConfig {
  /** Writes a parameter. */
  readonly valueMapper?: (value: unknown, index: number) => unknown;
}

/**
 * Gives `work` a connection until it ends. If anything went wrong the connection is closed, never
 * reused, so that its locks end with it.
 */
export async function withConnection<T>(
  pool: Pick<pg.Pool, 'connect'>,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/**
 * Returns the parser of a type. A date or a local time has no zone, and pg would read it in this
 * machine's, so it stays text.
 */
export const getTypeParser: typeof pg.types.getTypeParser = (
  oid: number,
  format?: 'text' | 'binary',
) => {
  if (oid === OID_DATE || oid === OID_TIMESTAMP) return (value: string) => value;
  return format === 'binary'
    ? pg.types.getTypeParser(oid, 'binary')
    : pg.types.getTypeParser(oid, 'text');
};

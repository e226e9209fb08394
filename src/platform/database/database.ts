import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Tenant } from '../../kernel/tenant.ts';
import { ReadPool, type Replica } from './hosts/read-pool.ts';
import { openPool, type Pooler, poolConfig, pooledConfig, withErrorListeners } from './pool.ts';
import { isSpoiled } from './pooler/transaction-client.ts';
import { TransactionPool } from './pooler/transaction-pool.ts';

/** Runs SQL: a pool, one of its clients, or a client outside of any pool. */
export interface Queryable {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    query: pg.QueryConfig | string,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
}

/** One connection inside a transaction, available until the callback ends. */
export type Transaction = Queryable;

/**
 * The pools, one per role. All log in alike; each connection takes its role before the first
 * statement, so that the pool a request gets decides what it can read. Through a pooler the role is
 * set for each transaction, and what outlives a transaction (`withAdvisoryLocks`) has connections
 * of its own.
 */
export interface Database {
  /** `waybill_pipeline`: inbound messages, folds, consumers; every tenant. */
  readonly pipeline: pg.Pool;
  /** `waybill_app`: merchants; reads nothing until `withTenant` has set whose rows it may. */
  readonly app: pg.Pool;
  /** `waybill_public`: public look-ups; on the read replica while there is one that is fresh. */
  readonly publicRead: pg.Pool;
  /** The replica's state; null if there is none. */
  readonly replica: Replica | null;
  /** The login itself, owner of the tables: for migrations, doctor and maintenance only. */
  readonly owner: pg.Pool;
  /** Waits for running work, then closes all connections. */
  end(): Promise<void>;
}

interface DatabaseOptions {
  readonly url: string;
  /** The pooler that receives transactions; null: all connections go to the server itself. */
  readonly pooler?: Pooler | null;
  /** A read replica for public look-ups, and how stale it may be. */
  readonly read?: { readonly url: string; readonly stalenessMsMax: number } | null;
  /** Called when an idle connection breaks; the pool replaces it automatically. */
  readonly onConnectionLost?: (role: string, error: Error) => void;
  /** Called with every error that a server returns to one of the pools. */
  readonly onServerError?: (error: Error) => void;
  /** Called when public look-ups switch to the replica or back to the primary. */
  readonly onReplicaChange?: (isUsed: boolean, stalenessMs: number) => void;
}

/**
 * Opens the pools of all roles. Transactions go through the pooler, if there is one; public look-ups
 * go to the replica while it is fresh enough.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { url, pooler, read, onConnectionLost, onServerError, onReplicaChange } = options;
  let ending = false;
  const reportLost =
    (role: string) =>
    (error: Error): void => {
      if (!ending) onConnectionLost?.(role, error);
    };
  const open = (role: Parameters<typeof poolConfig>[1]) =>
    openPool(poolConfig(url, role), reportLost(role), onServerError);
  const sessions = pooler == null ? null : open('waybill_pipeline');
  const openForTransactions = (role: Parameters<typeof poolConfig>[1]) =>
    pooler == null || sessions === null
      ? open(role)
      : withErrorListeners(
          new TransactionPool(pooledConfig(pooler, role), sessions),
          reportLost(role),
          onServerError,
        );
  const publicPrimary = openForTransactions('waybill_public');
  const primaryPositionPool =
    read == null
      ? null
      : openPool({ ...poolConfig(url, 'waybill_public'), max: 1 }, reportLost('waybill_public'));
  const replica =
    read == null
      ? null
      : withErrorListeners(
          new ReadPool(poolConfig(read.url, 'waybill_public', 'prefer-standby'), {
            primary: publicPrimary,
            ...(primaryPositionPool && { primaryPositionPool }),
            stalenessMsMax: read.stalenessMsMax,
            ...(onReplicaChange && { onChange: onReplicaChange }),
          }),
          reportLost('replica'),
        );
  const pools = {
    pipeline: openForTransactions('waybill_pipeline'),
    app: openForTransactions('waybill_app'),
    owner: open('owner'),
  };
  return {
    ...pools,
    publicRead: replica ?? publicPrimary,
    replica,
    async end() {
      ending = true;
      await replica?.end();
      await primaryPositionPool?.end();
      await Promise.all([publicPrimary, ...Object.values(pools)].map((pool) => pool.end()));
      await sessions?.end();
    },
  };
}

/**
 * Runs `work` in a transaction: committed when it resolves, rolled back when it throws. Resolves
 * only after the commit is on disk. Never retries by itself: only the caller knows whether `work`
 * may run twice (see `retryWhileUnavailable`).
 *
 * @param opening the statement that begins it; statements without parameters may be appended to it.
 * @param first is sent with it, and is done before `work` is called.
 */
export function withTransaction<T>(
  pool: pg.Pool,
  work: (transaction: Transaction) => Promise<T>,
  opening = 'begin',
  first?: pg.QueryConfig | string,
): Promise<T> {
  return transact(pool, opening, work, first);
}

/**
 * Waits for statements that were sent together, in one round trip: they run in the order in which
 * they were called. All are waited for before the first error is thrown, in the order given, so
 * that no statement is still in progress when the transaction is rolled back.
 */
export async function together(statements: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(statements)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/**
 * Runs `work` in a transaction that can read one merchant's rows in one mode. The setting ends with
 * the transaction, so a connection that is returned to the pool reads nothing again.
 */
export function withTenant<T>(
  pool: pg.Pool,
  { merchantId, mode }: Tenant,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  // Both are sent in one message, which takes no parameters, so they are checked instead. BEGIN is
  // another: Citus sends a message that has a `set local` to its workers as a whole.
  if (!UUID.test(merchantId) || (mode !== 'live' && mode !== 'test')) {
    throw new Error('a tenant is a merchant id (UUID) and a mode (live or test)');
  }
  const text = `set local waybill.merchant_id = '${merchantId}'; set local waybill.mode = '${mode}'`;
  return transact(pool, 'begin', work, text);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Runs `work` in a transaction, which is rolled back if it throws. A connection that may be broken
 * is not reused.
 */
async function transact<T>(
  pool: pg.Pool,
  begin: string,
  work: (transaction: Transaction) => Promise<T>,
  first?: pg.QueryConfig | string,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await together([client.query(begin), ...(first === undefined ? [] : [client.query(first)])]);
    const result = await work(client);
    const { command } = await client.query('commit');
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
    if (command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken ?? isSpoiled(client));
  }
}

/** A connection for COPY alone, besides the pipeline's pool: a stream of rows cannot share one. */
export interface CopyIn {
  /**
   * Writes rows in PostgreSQL's binary format, all or none.
   *
   * @param target the table with its columns, as COPY names them
   */
  copy(target: string, chunks: readonly Uint8Array[]): Promise<void>;
  end(): Promise<void>;
}

/** The header of the format: `PGCOPY`, no flags, no extension. */
const HEAD = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const TAIL = Buffer.from('ffff', 'hex');

/** Opens the connection, with the pipeline's role. */
export function openCopyIn(url: string, onLost: (error: Error) => void): CopyIn {
  const { pipeline: _, ...config } = poolConfig(url, 'waybill_pipeline') as pg.PoolConfig & {
    readonly pipeline?: boolean;
  };
  const pool = openPool({ ...config, max: 1, application_name: 'waybill copy' }, onLost);
  return {
    async copy(target, chunks) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        const stream = client.query(copyFrom(`copy ${target} from stdin (format binary)`));
        const ended = once(stream, 'finish');
        stream.write(HEAD);
        for (const chunk of chunks) stream.write(chunk);
        stream.end(TAIL);
        await ended;
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        throw broken;
      } finally {
        client.release(broken);
      }
    },
    end: () => pool.end(),
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Built while parcels come in; each statement is its own transaction. */
export const config = { transaction: false };

/**
 * An engine that spreads a parcel's rows over servers wants the parcel in every unique key. Nothing refers to these
 * tables, and rows are looked up by their id as before, which stands first.
 */
const TABLES = [
  'archived_parcels',
  'command_attempts',
  'delivery_proofs',
  'delivery_steps',
  'edd_promises',
  'subscription_requests',
  'subscriptions',
] as const;

/** As in 0151: all that comes after a lock that is waited for queues behind it. */
const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const table of TABLES) {
    // One that was cut off may have done this table, or have left an index that nobody can use.
    const { rows } = await knex.raw(
      `select pg_get_constraintdef(oid) as is from pg_constraint where conname = '${table}_pkey'`,
    );
    if (rows[0]?.is === 'PRIMARY KEY (id, shipment_id)') continue;
    await knex.raw(`drop index concurrently if exists ${table}_key`);
    await knex.raw(`create unique index concurrently ${table}_key on ${table} (id, shipment_id)`);
    // Quick: the index is there, and the columns are known to have values. In one message: that is one
    // transaction, and so the limit ends.
    const swap = `set local lock_timeout = ${LOCK_MS_MAX};
      alter table ${table} drop constraint ${table}_pkey,
        add constraint ${table}_pkey primary key using index ${table}_key`;
    await untilFree(() => knex.raw(swap));
  }
}

/** Once more when a lock is not to be had in time, or two have waited for each other. */
async function untilFree<T>(work: () => PromiseLike<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const isInTheWay = code === '55P03' || code === '40P01';
      if (!isInTheWay || tries === TRIES_MAX) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const table of TABLES) {
    await knex.raw(`alter table ${table} drop constraint ${table}_pkey, add primary key (id)`);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Dropped while messages go out and parcels are polled; each table is its own transaction. */
export const config = { transaction: false };

/** Rows of these are made from an entry of the log or from a shipment, whose merchant it was. */
const TABLES = ['edd_predictions', 'notifications', 'poll_targets'] as const;

/**
 * Dropping locks the table and then merchants, and all that comes after queues behind it: it steps back
 * from a long reader. It does so before the second after which PostgreSQL would look for a deadlock
 * with a hub beside, and end that one's transaction.
 */
const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
/** Three minutes. */
const TRIES_MAX = 180;

/**
 * Merchants are never deleted. That one exists was checked for each row that a scan leads to, with a lock
 * on the merchant that goes to the log of the commit: docs/decisions/0055-no-foreign-keys-under-facts.md.
 */
export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const table of TABLES) {
    for (let tries = 1; !(await drop(knex, table)); tries += 1) {
      if (tries === TRIES_MAX) throw new Error(`${table} or merchants is locked all the time`);
      await sleep(PAUSE_MS);
    }
  }
}

/** Whether it could be locked in time. In one message: that is one transaction, and so the limit ends. */
async function drop(knex: Pick<Knex, 'raw'>, table: string): Promise<boolean> {
  try {
    await knex.raw(`set local lock_timeout = ${LOCK_MS_MAX};
      alter table ${table} drop constraint if exists ${table}_merchant_id_fkey`);
    return true;
  } catch (error) {
    const isLocked = error instanceof Error && 'code' in error && error.code === '55P03';
    if (!isLocked) throw error;
    return false;
  }
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const table of TABLES) {
    await knex.raw(`alter table ${table} add constraint ${table}_merchant_id_fkey
      foreign key (merchant_id) references merchants on delete cascade`);
  }
}

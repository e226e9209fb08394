import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Dropped while parcels come in; each table is its own transaction. */
export const config = { transaction: false };

/** Written and erased where facts and observations are, which have had no such key since 0103. */
const TABLES = ['pieces', 'pulls', 'snapshots'] as const;

/** As in 0151: all that comes after a lock that is waited for queues behind it. */
const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
/** Three minutes. */
const TRIES_MAX = 180;

/**
 * A shipment's row is removed only after all of these were: docs/decisions/0055-no-foreign-keys-under-facts.md.
 * Without the key an engine can keep what was received of parcels on other servers than the parcels.
 */
export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const table of TABLES) {
    for (let tries = 1; !(await drop(knex, table)); tries += 1) {
      if (tries === TRIES_MAX) throw new Error(`${table} or shipments is locked all the time`);
      await sleep(PAUSE_MS);
    }
  }
}

/** Whether it could be locked in time. In one message: that is one transaction, and so the limit ends. */
async function drop(knex: Pick<Knex, 'raw'>, table: string): Promise<boolean> {
  try {
    await knex.raw(`set local lock_timeout = ${LOCK_MS_MAX};
      alter table ${table} drop constraint if exists ${table}_shipment_id_fkey`);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    const isInTheWay = code === '55P03' || code === '40P01';
    if (!isInTheWay) throw error;
    return false;
  }
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const table of TABLES) {
    await knex.raw(`alter table ${table} add constraint ${table}_shipment_id_fkey
      foreign key (shipment_id) references shipments on delete cascade`);
  }
}

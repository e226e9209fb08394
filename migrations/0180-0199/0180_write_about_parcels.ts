import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Each statement is its own transaction, waits for nobody for long, and is asked for again. */
export const config = { transaction: false };

const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

/** What people of the merchant note on a parcel for each other. */
const NOTES = `
  create table shipment_notes (
    id uuid not null,
    shipment_id uuid not null,
    merchant_id uuid not null,
    mode text not null check (mode in ('test', 'live')),
    written_at timestamptz not null,
    -- The text, and who wrote it: both may name people.
    note bytea not null,
    data_key bytea not null,
    primary key (shipment_id, id)
  );
  call waybill_protect('shipment_notes');
`;

/** What somebody wrote to the recipient by hand; null: the message is made from its template. */
const WRITTEN = `alter table notifications add column if not exists written bytea,
  add column if not exists data_key bytea`;

export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  const { rows } = await knex.raw(`select to_regclass('shipment_notes') is not null as is`);
  // A cut can come before it is noted that it is done.
  if (rows[0]?.is !== true) await whenFree(knex, NOTES);
  await whenFree(knex, WRITTEN);
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(`
    alter table notifications drop column data_key, drop column written;
    drop table shipment_notes;
  `);
}

/** In one message: that is one transaction, and so the limit ends. */
async function whenFree(knex: Pick<Knex, 'raw'>, statements: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await knex.raw(`set local lock_timeout = ${LOCK_MS_MAX}; ${statements}`);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const isInTheWay = code === '55P03' || code === '40P01';
      if (!isInTheWay || tries === TRIES_MAX) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

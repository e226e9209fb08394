import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Built while parcels come in; each statement is its own transaction. */
export const config = { transaction: false };

/**
 * As in 0168: an engine that spreads rows over servers wants what they are spread by in every unique key. Rows are
 * looked up by their id as before, which stands first. Nothing refers to those with one column but by
 * `CASES`, which is made anew.
 */
const KEYED = {
  case_events: 'shipment_id',
  courier_notices: 'courier_id',
  courier_silences: 'courier_id',
  proofs: 'tracking_number',
  recipient_wishes: 'shipment_id',
} as const;

/** What belongs to a case, which is about the same parcel. */
const OF_CASES = ['case_events', 'case_evidence', 'claims', 'recipient_wishes'] as const;

/**
 * The version before asks for the keys without the parcel (`on conflict`): they go with the next one. Until then
 * both say the same.
 */
const BESIDE = {
  claims_key: 'claims (id, shipment_id)',
  claims_open_once: `claims (case_id, shipment_id)
    where state = any (array['draft'::text, 'submitted'::text])`,
  case_evidence_key: 'case_evidence (id, shipment_id)',
  case_evidence_once_by_parcel:
    'case_evidence (case_id, digest, shipment_id) where data_key is not null',
} as const;

/** As in 0151: all that comes after a lock that is waited for queues behind it. */
const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const [table, by] of Object.entries(KEYED)) await widen(knex, table, by);
  for (const [name, on] of Object.entries(BESIDE)) await index(knex, name, on);
  await keyCases(knex);
}

async function widen(knex: Pick<Knex, 'raw'>, table: string, by: string): Promise<void> {
  // One that was cut off may have done this table.
  if ((await keyOf(knex, table)) === `PRIMARY KEY (id, ${by})`) return;
  await index(knex, `${table}_key`, `${table} (id, ${by})`);
  // Quick: the index is there, and the columns are known to have values. In one message: that is one
  // transaction, and so the limit ends.
  const swap = `set local lock_timeout = ${LOCK_MS_MAX};
    alter table ${table} drop constraint ${table}_pkey,
      add constraint ${table}_pkey primary key using index ${table}_key`;
  await untilFree(() => knex.raw(swap));
}

/** The keys of what belongs to a case name the parcel first, so that its own may. */
async function keyCases(knex: Pick<Knex, 'raw'>): Promise<void> {
  if ((await keyOf(knex, 'exception_cases')) === 'PRIMARY KEY (id, shipment_id)') return;
  await index(knex, 'exception_cases_key', 'exception_cases (id, shipment_id)');
  for (const table of OF_CASES) {
    const add = `set local lock_timeout = ${LOCK_MS_MAX};
      alter table ${table} drop constraint if exists ${table}_case_fkey,
        add constraint ${table}_case_fkey foreign key (case_id, shipment_id)
          references exception_cases (id, shipment_id) on delete cascade not valid`;
    await untilFree(() => knex.raw(add));
    // Reads all rows beside whoever writes some.
    await knex.raw(`alter table ${table} validate constraint ${table}_case_fkey`);
    const drop = `set local lock_timeout = ${LOCK_MS_MAX};
      alter table ${table} drop constraint if exists ${table}_case_id_fkey`;
    await untilFree(() => knex.raw(drop));
  }
  const swap = `set local lock_timeout = ${LOCK_MS_MAX};
    alter table exception_cases drop constraint exception_cases_pkey,
      add constraint exception_cases_pkey primary key using index exception_cases_key`;
  await untilFree(() => knex.raw(swap));
}

async function keyOf(knex: Pick<Knex, 'raw'>, table: string): Promise<unknown> {
  const { rows } = await knex.raw(
    `select pg_get_constraintdef(oid) as is from pg_constraint where conname = '${table}_pkey'`,
  );
  return rows[0]?.is;
}

async function index(knex: Pick<Knex, 'raw'>, name: string, on: string): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const { rows } = await knex.raw(
    `select from pg_index where indexrelid = to_regclass('${name}') and not indisvalid`,
  );
  if (rows.length > 0) await knex.raw(`drop index concurrently ${name}`);
  await knex.raw(`create unique index concurrently if not exists ${name} on ${on}`);
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
  for (const table of OF_CASES) {
    await knex.raw(`alter table ${table} drop constraint ${table}_case_fkey`);
  }
  await knex.raw(
    'alter table exception_cases drop constraint exception_cases_pkey, add primary key (id)',
  );
  for (const table of OF_CASES) {
    await knex.raw(`alter table ${table} add constraint ${table}_case_id_fkey
      foreign key (case_id) references exception_cases on delete cascade`);
  }
  for (const name of Object.keys(BESIDE)) await knex.raw(`drop index ${name}`);
  for (const table of Object.keys(KEYED)) {
    await knex.raw(`alter table ${table} drop constraint ${table}_pkey, add primary key (id)`);
  }
}

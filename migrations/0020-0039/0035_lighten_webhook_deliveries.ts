import type { Knex } from 'knex';

/** Committed stretch by stretch and built while webhooks go out, so that no lock lasts. */
export const config = { transaction: false };

/** Cancelled deliveries marked in one transaction. */
const STRETCH = 2_000;

/**
 * What a success changes of a delivery is in none of these, so it stays in its page and none of
 * them is touched. What waits is found by its lanes.
 */
const INDEXES = [
  ['webhook_deliveries_in_order', '(endpoint_id, subject_id, sequence)'],
  ['webhook_deliveries_failed', '(endpoint_id, id) where last_reason is not null'],
  ['webhook_deliveries_unsent', '(endpoint_id, id) where is_cancelled'],
] as const;

const REPLACED = [
  ['webhook_deliveries_waiting', "(endpoint_id, subject_id, sequence) where state = 'waiting'"],
  ['webhook_deliveries_of_subject', '(endpoint_id, subject_id, id)'],
  ['webhook_deliveries_dead', "(endpoint_id, id) where state = 'dead'"],
  ['webhook_deliveries_cancelled', "(endpoint_id, id) where state = 'cancelled'"],
] as const;

interface Key {
  readonly endpoint_id: string;
  readonly id: string;
}

const FIRST = '00000000-0000-0000-0000-000000000000';

export async function up(knex: Knex): Promise<void> {
  // Of the deliveries of a lane: those up to this one are settled, unless older ones wait again.
  await knex.raw('alter table webhook_lanes add column if not exists settled_sequence integer');
  await knex.raw(`alter table webhook_deliveries
    add column if not exists is_cancelled boolean not null default false`);
  // Room in each page for what a success makes of its rows.
  await knex.raw('alter table webhook_deliveries set (fillfactor = 50)');
  for (const index of INDEXES) await build(knex, index);
  let after: Key | null = { endpoint_id: FIRST, id: FIRST };
  while (after !== null) after = await markStretch(knex, after);
  for (const [name] of REPLACED) await knex.raw(`drop index concurrently if exists ${name}`);
}

export async function down(knex: Knex): Promise<void> {
  for (const [name, definition] of REPLACED) {
    await knex.raw(`create index if not exists ${name} on webhook_deliveries ${definition}`);
  }
  for (const [name] of INDEXES) await knex.raw(`drop index if exists ${name}`);
  await knex.raw('alter table webhook_deliveries set (fillfactor = 80)');
  await knex.raw('alter table webhook_deliveries drop column is_cancelled');
  await knex.raw('alter table webhook_lanes drop column settled_sequence');
}

async function build(knex: Knex, [name, definition]: (typeof INDEXES)[number]): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const broken = await knex('pg_index')
    .whereRaw('indexrelid = to_regclass(?) and not indisvalid', [name])
    .select('indexrelid');
  if (broken.length > 0) await knex.raw(`drop index concurrently ${name}`);
  await knex.raw(
    `create index concurrently if not exists ${name} on webhook_deliveries ${definition}`,
  );
}

/** The last cancelled delivery of the stretch after that one; null: there is none. */
async function markStretch(knex: Knex, after: Key): Promise<Key | null> {
  return knex.transaction(async (trx) => {
    // The owner is no superuser everywhere, and forced security would hide the rows from it.
    await trx.raw('set local role waybill_pipeline');
    const { rows } = await trx.raw<{ rows: Key[] }>(
      `with stretch as (
         select endpoint_id, id from webhook_deliveries
         where state = 'cancelled' and (endpoint_id, id) > (?::uuid, ?::uuid)
         order by endpoint_id, id limit ?),
       marked as (
         update webhook_deliveries d set is_cancelled = true from stretch s
         where d.endpoint_id = s.endpoint_id and d.id = s.id
           and d.state = 'cancelled' and not d.is_cancelled)
       select endpoint_id, id from stretch order by endpoint_id desc, id desc limit 1`,
      [after.endpoint_id, after.id, STRETCH],
    );
    return rows[0] ?? null;
  });
}

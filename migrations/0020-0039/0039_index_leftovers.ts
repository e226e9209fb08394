import type { Knex } from 'knex';

/** Built while receipts come in; each statement is its own transaction. */
export const config = { transaction: false };

/** What earlier versions left readable, for the sweep that mends it: empty from then on. */
const INDEXES = [
  [
    'shipments_unerased',
    "shipments (id) where deleted_at is not null and tracking_number not like '#%'",
  ],
  ['command_attempts_unsealed', "command_attempts (id) where (requested ->> 'note') is not null"],
] as const;

export async function up(knex: Knex): Promise<void> {
  for (const [name, definition] of INDEXES) {
    // A build that was cut off leaves an index that nobody can use.
    const broken = await knex('pg_index')
      .whereRaw('indexrelid = to_regclass(?) and not indisvalid', [name])
      .select('indexrelid');
    if (broken.length > 0) await knex.raw(`drop index concurrently ${name}`);
    await knex.raw(`create index concurrently if not exists ${name} on ${definition}`);
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index shipments_unerased, command_attempts_unsealed');
}

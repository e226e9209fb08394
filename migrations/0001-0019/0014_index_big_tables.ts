import type { Knex } from 'knex';

/** Built while receipts come in; each statement is its own transaction. */
export const config = { transaction: false };

const INDEXES = [
  // For what was recorded lately; some pages for millions of rows, and next to nothing to keep.
  ['facts_by_creation', 'facts using brin (created_at)'],
  // Dead letters that nobody is done with. `receipts_dead` stays: the release before reads by it.
  ['receipts_dead_open', "receipts (id) where fate = 'dead' and dismissed_at is null"],
  [
    'receipts_dead_of_carrier',
    "receipts (carrier, id) where fate = 'dead' and dismissed_at is null",
  ],
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
  await knex.raw('drop index facts_by_creation, receipts_dead_open, receipts_dead_of_carrier');
}

import type { Knex } from 'knex';

/** Built while receipts come in; each statement is its own transaction. */
export const config = { transaction: false };

const NAME = 'shipments_by_creation';

/** A tenant's shipments in the order of their making, for `GET /shipments?sort=created_at`. */
export async function up(knex: Knex): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const broken = await knex('pg_index')
    .whereRaw('indexrelid = to_regclass(?) and not indisvalid', [NAME])
    .select('indexrelid');
  if (broken.length > 0) await knex.raw(`drop index concurrently ${NAME}`);
  await knex.raw(
    `create index concurrently if not exists ${NAME}
     on shipments (merchant_id, mode, created_at, id)`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`drop index ${NAME}`);
}

import type { Knex } from 'knex';

/** Built while messages are sent; each statement is its own transaction. */
export const config = { transaction: false };

const INDEX = 'notifications_waiting_of_shipment';

/** Messages that wait are decided anew when something happens to their shipment. */
export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const { rows } = await knex.raw(
    `select from pg_index where indexrelid = to_regclass('${INDEX}') and not indisvalid`,
  );
  if (rows.length > 0) await knex.raw(`drop index concurrently ${INDEX}`);
  await knex.raw(
    `create index concurrently if not exists ${INDEX} on notifications (shipment_id)
     where state in ('queued', 'postponed')`,
  );
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(`drop index ${INDEX}`);
}

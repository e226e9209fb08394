import type { Knex } from 'knex';

/** Built while parcels come in; each statement is its own transaction. */
export const config = { transaction: false };

/**
 * The desk's table by status, the longest unchanged first, would read all parcels that are done; and the
 * chart of dates of one carrier all dates of the others.
 */
const INDEXES = {
  shipments_by_status:
    'shipments (merchant_id, mode, status, updated_at, id) where deleted_at is null',
  edd_promises_by_carrier:
    'edd_promises (merchant_id, mode, carrier, delivered_on) where delivered_on is not null',
} as const;

export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const [name, on] of Object.entries(INDEXES)) {
    // A build that was cut off leaves an index that nobody can use.
    const { rows } = await knex.raw(
      `select from pg_index where indexrelid = to_regclass('${name}') and not indisvalid`,
    );
    if (rows.length > 0) await knex.raw(`drop index concurrently ${name}`);
    await knex.raw(`create index concurrently if not exists ${name} on ${on}`);
  }
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const name of Object.keys(INDEXES)) await knex.raw(`drop index ${name}`);
}

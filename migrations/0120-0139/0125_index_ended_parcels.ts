import type { Knex } from 'knex';

/** Built while receipts come in; each statement is its own transaction. */
export const config = { transaction: false };

/**
 * Ended parcels are found by when they were delivered, because carriers' terms count from then, and what
 * is left of deleted ones by when that was. Figures outlive the shipments that they were counted from:
 * docs/decisions/0058-data-with-an-end.md.
 */
const INDEXES = {
  shipments_by_delivery: `shipments (carrier, delivered_at)
    where delivered_at is not null and deleted_at is null`,
  shipments_by_deletion: 'shipments (deleted_at) where deleted_at is not null',
  exception_cases_by_closing: `exception_cases (closed_at)
    where state = 'closed' and tracking_number is null`,
};

const FIGURES = {
  edd_promises: 'edd_promises_shipment_id_fkey',
  exception_cases: 'exception_cases_shipment_id_fkey',
};

export async function up(knex: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(INDEXES)) {
    // A build that was cut off leaves an index that nobody can use.
    const broken = await knex('pg_index')
      .whereRaw('indexrelid = to_regclass(?) and not indisvalid', [name])
      .select('indexrelid');
    if (broken.length > 0) await knex.raw(`drop index concurrently ${name}`);
    await knex.raw(`create index concurrently if not exists ${name} on ${columns}`);
  }
  for (const [table, name] of Object.entries(FIGURES)) {
    await knex.raw(`alter table ${table} drop constraint if exists ${name}`);
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const [table, name] of Object.entries(FIGURES)) {
    await knex.raw(
      `delete from ${table} t where not exists (select from shipments s where s.id = t.shipment_id)`,
    );
    await knex.raw(`alter table ${table} add constraint ${name}
      foreign key (shipment_id) references shipments on delete cascade`);
  }
  for (const name of Object.keys(INDEXES)) await knex.raw(`drop index ${name}`);
}

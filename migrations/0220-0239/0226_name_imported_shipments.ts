import type { Knex } from 'knex';

/** Which shipments the first rows of an import became, so that its report can lead to them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- By id only: what a deleted shipment was called is not kept here.
    create table shipment_import_rows (
      import_id uuid not null references shipment_imports on delete cascade,
      line int not null,
      merchant_id uuid not null,
      mode text not null,
      shipment_id uuid not null,
      created boolean not null,
      primary key (import_id, line)
    );
    call waybill_protect_readable('shipment_import_rows');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table shipment_import_rows');
}

import type { Knex } from 'knex';

/** Files of shipments that merchants send; their rows wait sealed, and go as they are registered. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table shipment_imports (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- Nothing is registered: it only says what would be.
      dry_run boolean not null,
      -- The member of a shipment that each column holds; empty: none, and it is not read.
      columns text[] not null,
      ignored_columns text[] not null,
      -- Rows without the header.
      rows int not null,
      created int not null default 0,
      existing int not null default 0,
      rejected int not null default 0,
      asked_at timestamptz not null,
      finished_at timestamptz,
      -- Whoever works on it holds it until then.
      due_at timestamptz not null,
      lease_token bigint not null default 0
    );
    create index shipment_imports_due on shipment_imports (due_at) where finished_at is null;
    create index shipment_imports_finished on shipment_imports (finished_at)
      where finished_at is not null;
    create index shipment_imports_of_tenant on shipment_imports (merchant_id, mode)
      where finished_at is null;

    create table shipment_import_parts (
      import_id uuid not null references shipment_imports on delete cascade,
      nr int not null,
      merchant_id uuid not null,
      mode text not null,
      content bytea not null,
      data_key bytea not null,
      primary key (import_id, nr)
    );

    -- What is wrong with a row, without what stands in it.
    create table shipment_import_errors (
      import_id uuid not null references shipment_imports on delete cascade,
      line int not null,
      merchant_id uuid not null,
      mode text not null,
      reason text not null,
      primary key (import_id, line)
    );
    call waybill_protect_readable('shipment_imports');
    call waybill_protect_readable('shipment_import_parts');
    call waybill_protect_readable('shipment_import_errors');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table shipment_import_errors;
    drop table shipment_import_parts;
    drop table shipment_imports;
  `);
}

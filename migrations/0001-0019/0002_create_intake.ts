import type { Knex } from 'knex';

/** The durable inbox: raw receipts as they came, sealed, and the accounts they came through. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- One row, sealed under the master key: shows at start whether the key fits this database.
    create table installation (
      one boolean primary key default true check (one),
      canary bytea not null
    );
    alter table installation enable row level security;
    alter table installation force row level security;
    create policy pipeline on installation to waybill_pipeline using (true) with check (true);
    grant select, insert on installation to waybill_pipeline;

    create table carrier_accounts (
      id uuid primary key,
      merchant_id uuid not null references merchants,
      mode text not null check (mode in ('test', 'live')),
      carrier text not null,
      label text not null,
      -- JSON list of inbound webhook secrets, sealed under the master key.
      webhook_secrets bytea not null,
      created_at timestamptz not null default now(),
      disabled_at timestamptz
    );
    create index carrier_accounts_by_merchant on carrier_accounts (merchant_id, mode, carrier);
    call waybill_protect('carrier_accounts');

    create table receipts (
      id uuid primary key,
      received_at timestamptz not null,
      door text not null,
      carrier text not null,
      -- All three null for the deployment-wide path.
      account_id uuid,
      merchant_id uuid,
      mode text,
      trust text not null,
      -- Headers and body under a key of this receipt's own; destroying data_key erases both.
      content bytea not null,
      data_key bytea,
      -- Lanes let several workers drain the inbox without locking rows.
      lane smallint not null,
      fate text not null default 'received' check (fate in ('received', 'processed', 'dead')),
      fate_at timestamptz,
      fate_reason text
    );
    -- Sealed bytes do not compress; do not try.
    alter table receipts alter column content set storage external;
    create index receipts_waiting on receipts (lane, id) where fate = 'received';
    create index receipts_dead on receipts (id) where fate = 'dead';
    alter table receipts enable row level security;
    alter table receipts force row level security;
    create policy pipeline on receipts to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on receipts to waybill_pipeline;

    -- An authentic report for a number nobody has registered yet waits here for its shipment.
    create table parked_reports (
      carrier text not null,
      tracking_number text not null,
      receipt_id uuid not null references receipts on delete cascade,
      merchant_id uuid,
      mode text,
      received_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (carrier, tracking_number, receipt_id)
    );
    create index parked_reports_by_expiry on parked_reports (expires_at);
    alter table parked_reports enable row level security;
    alter table parked_reports force row level security;
    create policy pipeline on parked_reports to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on parked_reports to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table parked_reports;
    drop table receipts;
    drop table carrier_accounts;
    drop table installation;
  `);
}

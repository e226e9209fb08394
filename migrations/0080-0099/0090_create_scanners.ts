import type { Knex } from 'knex';

/** Keys for scanners at their facilities, and what is known of devices and of who carries them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Where the key may scan; null: everywhere.
    alter table api_keys add column facility_codes text[];

    -- Whom devices and employees are recognized by: HMAC under this key. One row.
    create table scanner_keys (
      id text primary key check (id = 'scanners'),
      key bytea not null
    );
    alter table scanner_keys enable row level security;
    alter table scanner_keys force row level security;
    create policy pipeline on scanner_keys to waybill_pipeline using (true) with check (true);
    grant select, insert, update on scanner_keys to waybill_pipeline;

    create table scanners (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      kind text not null check (kind in ('device', 'employee')),
      name_hash bytea not null,
      -- Sealed under the master key.
      name bytea not null,
      -- Of a device: how far its clock was ahead when it was last measured; null: never.
      clock_offset_ms bigint,
      clock_measured_at timestamptz,
      -- Where it scanned last; null: nowhere that it said.
      facility_code text,
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      scans bigint not null,
      rejected bigint not null,
      unique (merchant_id, mode, kind, name_hash)
    );
    create index scanners_by_age on scanners (last_seen_at);
    call waybill_protect('scanners');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table scanners;
    drop table scanner_keys;
    alter table api_keys drop column facility_codes;
  `);
}

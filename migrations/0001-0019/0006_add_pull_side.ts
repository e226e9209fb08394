import type { Knex } from 'knex';

/**
 * What asking carriers needs beyond the poller's own tables: credentials, callbacks that carriers
 * wait for, proofs of delivery, and what a shipment tells of its clock, its end and its relatives.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table carrier_accounts
      -- JSON object of what the carrier asks for, sealed under the master key; null: pushes only.
      add column credentials bytea,
      -- Its members, so that listing them opens nothing.
      add column credential_names text[] not null default '{}',
      add column environment text,
      -- The operator's or merchant's own caps, below the carrier's limits; null: the carrier's.
      add column calls_per_hour_max integer check (calls_per_hour_max > 0),
      add column calls_per_day_max integer check (calls_per_day_max > 0);
    update carrier_accounts
      set environment = case mode when 'live' then 'production' else 'carrier_test' end;
    alter table carrier_accounts
      alter column environment set not null,
      -- A live shipment is never asked for at a test system, nor a test one at the real one.
      add constraint carrier_accounts_environment check
        (environment in ('production', 'carrier_test', 'sandbox')
         and (mode = 'live') = (environment = 'production'));

    -- Pushes that asked us to call back before their subscription lives.
    create table handshakes (
      id uuid primary key,
      account_id uuid references carrier_accounts on delete cascade,
      carrier text not null,
      subscription_id text not null,
      -- The call to make, as JSON, sealed under the master key.
      call bytea not null,
      created_at timestamptz not null,
      done_at timestamptz,
      unique nulls not distinct (account_id, carrier, subscription_id)
    );
    create index handshakes_waiting on handshakes (created_at) where done_at is null;
    alter table handshakes enable row level security;
    alter table handshakes force row level security;
    create policy pipeline on handshakes to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on handshakes to waybill_pipeline;

    -- Proofs of delivery: signatures, photos, documents. The bytes lie in the blob store, sealed
    -- under data_key; destroying the key erases them.
    create table proofs (
      id uuid primary key,
      merchant_id uuid not null references merchants,
      mode text not null check (mode in ('test', 'live')),
      carrier text not null,
      tracking_number text not null,
      account_id uuid not null,
      kind text not null,
      media_type text not null,
      size_bytes integer not null,
      -- SHA-256 of the document, so that one fetched again is kept once.
      digest bytea not null,
      blob_key text not null,
      data_key bytea,
      fetched_at timestamptz not null,
      unique (merchant_id, mode, carrier, tracking_number, digest)
    );
    create index proofs_erased on proofs (fetched_at) where data_key is null;
    call waybill_protect('proofs');

    alter table shipments
      -- IANA zone of the destination, where country and postal code settle it.
      add column destination_zone text,
      -- IANA zone of the newest event.
      add column event_zone text,
      -- We gave up following it.
      add column expired boolean not null default false,
      -- The shipment whose report named this one's number, and how many such steps it is away
      -- from one that a merchant registered.
      add column linked_from uuid,
      add column link_depth smallint not null default 0;

    alter table links
      -- When it was decided whether to follow the number; null while that waits.
      add column settled_at timestamptz,
      add column followed_as uuid,
      add column refused text;
    create index links_waiting on links (created_at)
      where settled_at is null and kind <> 'piece';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index links_waiting;
    alter table links drop column settled_at, drop column followed_as, drop column refused;
    alter table shipments drop column destination_zone, drop column event_zone,
      drop column expired, drop column linked_from, drop column link_depth;
    drop table proofs;
    drop table handshakes;
    alter table carrier_accounts drop constraint carrier_accounts_environment,
      drop column credentials, drop column credential_names, drop column environment,
      drop column calls_per_hour_max, drop column calls_per_day_max;
  `);
}

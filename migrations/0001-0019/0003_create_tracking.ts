import type { Knex } from 'knex';

/** Shipments, what was heard about them, how it was read, and what the public may see. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table shipments (
      id uuid primary key,
      merchant_id uuid not null references merchants,
      mode text not null check (mode in ('test', 'live')),
      shard smallint not null,
      carrier text not null,
      tracking_number text not null,
      -- The life of a recycled number: the carrier's piece id which the fold chose, once one is
      -- known, and the immutable instant before which nothing belongs to this shipment.
      carrier_piece_id text,
      facts_from timestamptz not null,
      facts_until timestamptz,
      order_ids text[] not null default '{}',
      service_level text,
      sender_id text,
      weight_g integer,
      dimensions jsonb,
      promised_date date,
      metadata jsonb not null default '{}',
      tags text[] not null default '{}',
      -- Recipient and addresses, sealed under data_key; destroying the key erases the person.
      personal bytea,
      data_key bytea,
      -- The fold's result.
      status text not null default 'created',
      sub_status text,
      confirmed boolean not null default true,
      steering text,
      is_returning boolean not null default false,
      estimated_delivery jsonb,
      pieces jsonb,
      delivered_at timestamptz,
      last_event_at timestamptz,
      -- Number of the last entry of this shipment in the event log.
      sequence integer not null default 0,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz
    );
    create index shipments_by_number on shipments (carrier, tracking_number);
    create index shipments_by_update on shipments (merchant_id, mode, updated_at, id);
    create index shipments_by_order on shipments using gin (order_ids);
    create index shipments_by_tag on shipments using gin (tags);
    create index shipments_by_metadata on shipments using gin (metadata jsonb_path_ops);
    call waybill_protect('shipments');

    create table facts (
      shipment_id uuid not null references shipments on delete cascade,
      identity text not null,
      merchant_id uuid not null,
      mode text not null,
      source text not null,
      code text not null,
      codes jsonb not null,
      piece text,
      summary boolean not null,
      -- Internal facts: the steering fact they speak of.
      about text,
      -- The stored reading: replaced only by a re-normalization.
      status text not null,
      reason text,
      milestone text,
      logical boolean not null,
      hidden boolean not null,
      known boolean not null,
      reviewed boolean not null,
      correction boolean not null,
      return_cancelled boolean not null,
      rule jsonb,
      -- Key of a text of its own; null for nearly all.
      text_key text,
      mapping_version text not null,
      created_at timestamptz not null,
      primary key (shipment_id, identity)
    );
    call waybill_protect('facts');

    create table sightings (
      shipment_id uuid not null,
      identity text not null,
      receipt_id uuid not null,
      -- Of the report in which it was heard: the fold tells parcels under one number apart by it.
      carrier_piece_id text,
      merchant_id uuid not null,
      mode text not null,
      door text not null,
      trust text not null,
      -- True when the receipt came through an account whose secret the merchant itself holds.
      by_account boolean not null,
      received_at timestamptz not null,
      local text,
      time_precision text not null,
      zone_source text not null,
      offset_min smallint,
      zone text,
      place jsonb,
      unique nulls not distinct (shipment_id, identity, receipt_id, carrier_piece_id),
      foreign key (shipment_id, identity) references facts on delete cascade
    );
    create index sightings_by_receipt on sightings (receipt_id);
    call waybill_protect('sightings');

    create table snapshots (
      shipment_id uuid not null references shipments on delete cascade,
      receipt_id uuid not null,
      carrier_piece_id text,
      merchant_id uuid not null,
      mode text not null,
      received_at timestamptz not null,
      trust text not null,
      as_of timestamptz,
      return_flag boolean,
      estimated_delivery jsonb,
      service_level text,
      weight_g integer,
      pieces_total integer,
      proofs text[] not null,
      unique nulls not distinct (shipment_id, receipt_id, carrier_piece_id)
    );
    call waybill_protect('snapshots');

    create table pulls (
      shipment_id uuid not null references shipments on delete cascade,
      receipt_id uuid not null,
      carrier_piece_id text,
      pulled_at timestamptz not null,
      merchant_id uuid not null,
      mode text not null,
      is_full boolean not null,
      identities text[] not null,
      reaches_back_to timestamptz,
      unique nulls not distinct (shipment_id, receipt_id, pulled_at, carrier_piece_id)
    );
    call waybill_protect('pulls');

    create table pieces (
      shipment_id uuid not null references shipments on delete cascade,
      piece text not null,
      merchant_id uuid not null,
      mode text not null,
      status text not null,
      sub_status text,
      primary key (shipment_id, piece)
    );
    call waybill_protect('pieces');

    create table links (
      shipment_id uuid not null references shipments on delete cascade,
      kind text not null check (kind in ('partner_leg', 'return', 'reroute', 'replacement', 'piece')),
      tracking_number text not null,
      carrier text,
      merchant_id uuid not null,
      mode text not null,
      receipt_id uuid not null,
      created_at timestamptz not null,
      primary key (shipment_id, kind, tracking_number)
    );
    call waybill_protect('links');

    -- Commands as they were asked for, refused ones too.
    create table command_attempts (
      id uuid primary key,
      shipment_id uuid not null references shipments on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      api_key_id uuid,
      from_status text not null,
      requested jsonb not null,
      accepted boolean not null,
      attempted_at timestamptz not null
    );
    create index command_attempts_by_shipment on command_attempts (shipment_id, attempted_at);
    call waybill_protect('command_attempts');

    -- What strangers may read: one ready answer a number, built from carriers' facts.
    create table public_tracks (
      tracking_number text not null,
      carrier text not null,
      body bytea not null,
      etag text not null,
      max_age_s smallint not null,
      updated_at timestamptz not null,
      primary key (tracking_number, carrier)
    );
    alter table public_tracks enable row level security;
    alter table public_tracks force row level security;
    create policy everyone on public_tracks for select to waybill_public using (true);
    create policy pipeline on public_tracks to waybill_pipeline using (true) with check (true);
    grant select on public_tracks to waybill_public;
    grant select, insert, update, delete on public_tracks to waybill_pipeline;

    -- The parcels of an order, as far as its merchant lets strangers list them. As on the page of
    -- a number, a merchant's live parcels hide its test ones.
    create function public_order_parcels(wanted text)
      returns table (merchant_id uuid, merchant_slug text, order_lookup text,
                     carrier text, tracking_number text, personal bytea, data_key bytea)
      language sql stable security definer set search_path = pg_catalog, public
      as $$
        select m.id, m.slug, m.order_lookup, s.carrier, s.tracking_number, s.personal, s.data_key
        from shipments s join merchants m on m.id = s.merchant_id
        where s.order_ids @> array[wanted] and s.deleted_at is null and m.order_lookup <> 'off'
          and (s.mode = 'live' or not exists (
            select from shipments l where l.order_ids @> array[wanted] and l.deleted_at is null
              and l.merchant_id = s.merchant_id and l.mode = 'live'))
        order by s.created_at desc
        limit 200
      $$;
    -- Whoever is to own a function needs CREATE on its schema at that moment, and never again.
    grant create on schema public to waybill_pipeline;
    alter function public_order_parcels(text) owner to waybill_pipeline;
    revoke create on schema public from waybill_pipeline;
    revoke all on function public_order_parcels(text) from public;
    grant execute on function public_order_parcels(text) to waybill_public;

    create table review_entries (
      carrier text not null,
      codes_key text not null,
      codes jsonb not null,
      seen_count bigint not null,
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      example_receipt_id uuid,
      dismissed_at timestamptz,
      primary key (carrier, codes_key)
    );
    alter table review_entries enable row level security;
    alter table review_entries force row level security;
    create policy pipeline on review_entries to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on review_entries to waybill_pipeline;

    create table idempotency_keys (
      merchant_id uuid not null,
      mode text not null,
      key text not null,
      request_hash bytea not null,
      status smallint,
      response jsonb,
      created_at timestamptz not null,
      primary key (merchant_id, mode, key)
    );
    create index idempotency_keys_by_age on idempotency_keys (created_at);
    call waybill_protect('idempotency_keys');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table idempotency_keys;
    drop table review_entries;
    drop function public_order_parcels(text);
    drop table public_tracks;
    drop table command_attempts;
    drop table links;
    drop table pieces;
    drop table pulls;
    drop table snapshots;
    drop table sightings;
    drop table facts;
    drop table shipments;
  `);
}

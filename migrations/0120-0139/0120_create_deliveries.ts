import type { Knex } from 'knex';

/**
 * Deliveries by own couriers: what a shipment needs beside itself to find a courier. Who has the parcel
 * is said by `courier_parcels`, its status by the shipment.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table deliveries (
      shipment_id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- Where from and where to, in degrees, and notes; sealed under the master key.
      details bytea not null,
      package_size text not null check (package_size in ('small', 'medium', 'large')),
      weight_g int,
      -- open: it looks for a courier; assigned: it has one; ended: it needs none any more.
      state text not null check (state in ('open', 'assigned', 'ended')),
      courier_id uuid,
      assigned_at timestamptz,
      assigned_how text check (assigned_how in ('accepted', 'auto', 'dispatcher', 'scanned')),
      created_at timestamptz not null,
      ready_at timestamptz not null,
      pickup_from timestamptz,
      pickup_to timestamptz,
      delivery_from timestamptz,
      delivery_to timestamptz,
      -- When it will probably be picked up and at the door.
      pickup_at timestamptz,
      arrival_at timestamptz,
      -- Since when it has been looking for a courier, this time.
      opened_at timestamptz not null,
      rounds int not null default 0,
      -- When the matcher looks at it next.
      look_at timestamptz not null,
      -- Everybody near has been asked.
      queued_at timestamptz,
      check ((state = 'assigned') <= (courier_id is not null and assigned_at is not null)),
      check ((state = 'open') <= (courier_id is null))
    );
    create index deliveries_due on deliveries (look_at) where state = 'open';
    create index deliveries_open on deliveries (merchant_id, mode, opened_at) where state = 'open';
    create index deliveries_not_ended on deliveries (shipment_id) where state <> 'ended';
    create index deliveries_of_courier on deliveries (courier_id, shipment_id)
      where courier_id is not null;
    create index deliveries_listed on deliveries (merchant_id, mode, shipment_id);
    call waybill_protect('deliveries');

    create table delivery_offers (
      shipment_id uuid not null references deliveries on delete cascade,
      courier_id uuid not null references couriers on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      state text not null check (state in ('open', 'accepted', 'declined', 'withdrawn')),
      round int not null,
      offered_at timestamptz not null,
      -- Until then only those of this round and of earlier ones are asked.
      alone_until timestamptz not null,
      answered_at timestamptz,
      -- What the courier was weighed by; nothing personal.
      terms jsonb not null,
      primary key (shipment_id, courier_id)
    );
    create index delivery_offers_open on delivery_offers (courier_id) where state = 'open';
    create index delivery_offers_answered on delivery_offers (courier_id, answered_at)
      where answered_at is not null;
    call waybill_protect('delivery_offers');
    create trigger delivery_offers_announced after insert or update or delete on delivery_offers
      for each row execute function waybill_announce_courier();

    -- What was done to find a courier, for whoever asks why.
    create table delivery_steps (
      id bigint generated always as identity primary key,
      shipment_id uuid not null references deliveries on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      at timestamptz not null,
      what text not null,
      courier_id uuid,
      detail jsonb not null
    );
    create index delivery_steps_of on delivery_steps (shipment_id, id);
    call waybill_protect('delivery_steps');
    grant usage on sequence delivery_steps_id_seq to waybill_app, waybill_pipeline;

    create table dispatch_settings (
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      assign text not null check (assign in ('offers', 'auto')),
      primary key (merchant_id, mode)
    );
    call waybill_protect('dispatch_settings');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table dispatch_settings, delivery_steps, delivery_offers, deliveries');
}

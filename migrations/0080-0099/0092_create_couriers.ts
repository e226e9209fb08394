import type { Knex } from 'knex';

/** Couriers of merchants, the codes they enrol a device with, and the devices. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table couriers (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- Name, phone and the merchant's own number, sealed under the master key.
      personal bytea not null,
      -- The merchant's own number by a keyed hash: found and unique without being readable.
      external_hash bytea,
      vehicle text not null check (vehicle in ('foot', 'bike', 'scooter', 'car', 'van')),
      capacity_parcels int,
      capacity_weight_g int,
      time_zone text,
      home_facility text,
      on_shift boolean not null default false,
      shift_since timestamptz,
      shift_ends_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      unique (merchant_id, mode, external_hash)
    );
    create index couriers_of_tenant on couriers (merchant_id, mode, id);
    create index couriers_shift_ends on couriers (shift_ends_at) where on_shift;
    call waybill_protect('couriers');

    -- A code is used once, and then its row is gone.
    create table courier_enrolments (
      code_hash bytea primary key,
      courier_id uuid not null references couriers on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      expires_at timestamptz not null
    );
    create index courier_enrolments_of_courier on courier_enrolments (courier_id);
    create index courier_enrolments_by_end on courier_enrolments (expires_at);
    call waybill_protect('courier_enrolments');

    create table courier_devices (
      id uuid primary key,
      courier_id uuid not null references couriers on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      key_hash bytea not null unique,
      -- What the device calls itself, sealed under the master key.
      name bytea not null,
      enrolled_at timestamptz not null,
      last_seen_at timestamptz,
      -- When it last sent events, and how far its clock was ahead then; null: it did not say.
      events_at timestamptz,
      clock_offset_ms bigint,
      ended_at timestamptz,
      ended_why text check (ended_why in ('replaced', 'revoked')),
      check ((ended_at is null) = (ended_why is null))
    );
    create unique index courier_devices_active on courier_devices (courier_id)
      where ended_at is null;
    create index courier_devices_of_courier on courier_devices (courier_id, id);
    call waybill_protect('courier_devices');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table courier_devices;
    drop table courier_enrolments;
    drop table couriers;
  `);
}

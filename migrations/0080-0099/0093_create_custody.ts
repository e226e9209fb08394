import type { Knex } from 'knex';

/** Which parcels a courier is to take and has, what devices said, and what couriers are told. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table courier_parcels (
      id uuid primary key,
      merchant_id uuid not null,
      mode text not null,
      courier_id uuid not null references couriers on delete cascade,
      -- Null: scanned before anybody registered it.
      shipment_id uuid,
      tracking_number text not null,
      -- Parcels for one address share a stop.
      stop_id uuid not null,
      -- By a keyed hash; null: no street is known, and the parcel is a stop of its own.
      address_hash bytea,
      -- On the list; null: taken without being on it.
      place int,
      locked boolean not null default false,
      window_from timestamptz,
      window_to timestamptz,
      -- For the courier, sealed under the master key.
      notes bytea,
      assigned_at timestamptz not null,
      held_since timestamptz,
      done_at timestamptz,
      done_why text check (done_why in ('delivered', 'returned', 'handed_in', 'given', 'taken_off',
        'rescheduled', 'ended')),
      check ((done_at is null) = (done_why is null))
    );
    -- One courier at a time.
    create unique index courier_parcels_open
      on courier_parcels (merchant_id, mode, tracking_number) where done_at is null;
    create index courier_parcels_of_courier on courier_parcels (courier_id, done_at);
    create index courier_parcels_by_number
      on courier_parcels (merchant_id, mode, tracking_number, held_since);
    create index courier_parcels_of_shipment on courier_parcels (shipment_id);
    create index courier_parcels_by_end on courier_parcels (done_at) where done_at is not null;
    call waybill_protect('courier_parcels');

    -- By the device's own id, so that what is sent again changes nothing.
    create table driver_events (
      courier_id uuid not null references couriers on delete cascade,
      id text not null,
      merchant_id uuid not null,
      mode text not null,
      device_id uuid not null,
      type text not null check (type in ('scan', 'status', 'note')),
      at timestamptz not null,
      received_at timestamptz not null,
      shipment_id uuid,
      tracking_number text,
      -- Of a scan its code, of a command the status.
      code text,
      outcome text not null check (outcome in ('accepted', 'refused')),
      -- What an accepted scan is recognized by among the recorded ones.
      scan_identity text[],
      -- Why it was refused; names nobody.
      refusal jsonb,
      -- A note, and whatever waits for review, as it came.
      content bytea,
      data_key bytea,
      primary key (courier_id, id)
    );
    create index driver_events_of_shipment on driver_events (shipment_id);
    create index driver_events_by_number
      on driver_events (merchant_id, mode, tracking_number, received_at);
    create index driver_events_by_age on driver_events (received_at);
    create index driver_events_refused on driver_events (merchant_id, mode, received_at)
      where outcome = 'refused';
    call waybill_protect('driver_events');

    create table courier_notices (
      id uuid primary key,
      courier_id uuid not null references couriers on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      at timestamptz not null,
      kind text not null check (kind in ('rescheduled', 'taken_off', 'given_to', 'given_by',
        'returning', 'cancelled')),
      shipment_id uuid,
      tracking_number text not null,
      -- Of a parcel that is wanted on another day.
      wanted_on date,
      -- Whom it was given to, or by whom.
      colleague_id uuid
    );
    create index courier_notices_of_courier on courier_notices (courier_id, at);
    create index courier_notices_of_shipment on courier_notices (shipment_id);
    create index courier_notices_by_age on courier_notices (at);
    call waybill_protect('courier_notices');

    alter table case_events drop constraint case_events_actor_check;
    alter table case_events add constraint case_events_actor_check
      check (actor in ('hub', 'carrier', 'recipient', 'merchant', 'operator', 'courier'));
    alter table case_evidence drop constraint case_evidence_actor_check;
    alter table case_evidence add constraint case_evidence_actor_check
      check (actor in ('recipient', 'merchant', 'operator', 'courier'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update case_evidence set actor = 'merchant' where actor = 'courier';
    alter table case_evidence drop constraint case_evidence_actor_check;
    alter table case_evidence add constraint case_evidence_actor_check
      check (actor in ('recipient', 'merchant', 'operator'));
    update case_events set actor = 'merchant' where actor = 'courier';
    alter table case_events drop constraint case_events_actor_check;
    alter table case_events add constraint case_events_actor_check
      check (actor in ('hub', 'carrier', 'recipient', 'merchant', 'operator'));
    drop table courier_notices;
    drop table driver_events;
    drop table courier_parcels;
  `);
}

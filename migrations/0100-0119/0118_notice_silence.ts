import type { Knex } from 'knex';

const KINDS = `'attempts', 'address', 'refused', 'damaged', 'lost', 'stalled', 'customs', 'other',
        'request', 'proof_missing'`;

/** Couriers of whom nothing is heard on their way, and phones whose location is off. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table courier_silences (
      id uuid primary key,
      courier_id uuid not null references couriers on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- When something was heard last, and when the silence was noticed.
      since timestamptz not null,
      found_at timestamptz not null,
      -- Null: it lasts.
      ended_at timestamptz,
      -- The parcel whose case is to be looked at; null: none of those on the route is registered.
      shipment_id uuid,
      -- Whether that parcel's cases are as the row says.
      is_told boolean not null default false
    );
    create unique index courier_silences_open on courier_silences (courier_id) where ended_at is null;
    create index courier_silences_of_shipment on courier_silences (shipment_id);
    create index courier_silences_untold on courier_silences (id) where not is_told;
    create index courier_silences_by_age on courier_silences (found_at);
    call waybill_protect('courier_silences');

    -- How many events the log has of a courier.
    alter table couriers add column events int not null default 0;

    -- What a phone says of itself: whether it may tell where it is, and percent of its battery.
    alter table courier_devices add column location_state text
      check (location_state in ('on', 'off', 'denied'));
    alter table courier_devices add column location_at timestamptz;
    alter table courier_devices add column battery real;

    alter table exception_cases drop constraint exception_cases_kind_check;
    alter table exception_cases add constraint exception_cases_kind_check
      check (kind in (${KINDS}, 'custody'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from exception_cases where kind = 'custody';
    alter table exception_cases drop constraint exception_cases_kind_check;
    alter table exception_cases add constraint exception_cases_kind_check check (kind in (${KINDS}));
    alter table courier_devices drop column battery, drop column location_at,
      drop column location_state;
    alter table couriers drop column events;
    drop table courier_silences;
  `);
}

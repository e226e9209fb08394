import type { Knex } from 'knex';

/** Where own couriers' parcels go, as coordinates; looked up in the background. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table shipment_places (
      shipment_id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- What an address is recognized by, so that nobody is asked for it twice; null: not looked at yet.
      address_hash bytea,
      -- Degrees, sealed under the master key; null: nobody finds it, or nobody has looked yet.
      place bytea,
      precision text check (precision in ('rooftop', 'street', 'postal_code', 'city')),
      source text check (source in ('merchant', 'geocoder', 'postal_codes', 'none')),
      -- Somebody was asked who should know, and finds no such address.
      is_unknown boolean not null default false,
      looked_at timestamptz,
      -- When it is looked for, or looked for again; null: it is settled.
      due_at timestamptz,
      tries int not null default 0,
      check ((place is null) = (precision is null))
    );
    create index shipment_places_due on shipment_places (due_at) where due_at is not null;
    create index shipment_places_of_address
      on shipment_places (merchant_id, mode, address_hash) where place is not null;
    call waybill_protect('shipment_places');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table shipment_places');
}

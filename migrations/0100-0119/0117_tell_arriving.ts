import type { Knex } from 'knex';

/** The courier is minutes away: told once an attempt. What merchants set for their own couriers. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- When it was told; one that is delivered in a later attempt is told again.
    alter table courier_arrivals add column arriving_at timestamptz;

    create table courier_settings (
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- Only what the merchant has set: src/couriers/settings/courier-settings.ts.
      document jsonb not null,
      updated_at timestamptz not null,
      primary key (merchant_id, mode)
    );
    call waybill_protect('courier_settings');

    -- Where a courier stands to the building where the day begins; the settings say what follows.
    create table courier_depots (
      courier_id uuid primary key references couriers on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      is_there boolean not null,
      changed_at timestamptz not null
    );
    call waybill_protect('courier_depots');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table courier_depots;
    drop table courier_settings;
    alter table courier_arrivals drop column arriving_at;
  `);
}

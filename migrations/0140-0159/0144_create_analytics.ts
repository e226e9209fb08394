import type { Knex } from 'knex';

/**
 * Counts of parcels by week, for charts: counted as the log tells of them, so that a chart of a million
 * parcels reads some thousand rows. What a parcel has added stands beside it, so that it can be taken back.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table analytics_parcels (
      shipment_id uuid primary key,
      merchant_id uuid not null,
      mode text not null check (mode in ('test', 'live')),
      -- Of the newest event that is counted.
      sequence integer not null,
      carrier text not null,
      service_level text not null,
      lane text not null,
      made_week date not null,
      handed_over_at timestamptz,
      attempted boolean not null,
      ended text check (ended in ('delivered', 'returned')),
      ended_week date,
      transit_days smallint,
      on_time boolean,
      -- By case: the week and the reason.
      cases jsonb not null default '{}'
    );

    create table analytics_counts (
      merchant_id uuid not null,
      mode text not null check (mode in ('test', 'live')),
      -- Which of the next columns are told apart; the others are empty.
      kind text not null check (kind in ('all', 'carrier', 'service', 'lane', 'carrier_lane')),
      carrier text not null,
      -- Its Monday, in UTC.
      week date not null,
      service_level text not null,
      lane text not null,
      measure text not null,
      n integer not null,
      primary key (merchant_id, mode, kind, carrier, week, service_level, lane, measure)
    );
    create index analytics_counts_by_week on analytics_counts (week);
  `);
  for (const table of ['analytics_parcels', 'analytics_counts']) {
    await knex.raw(`call waybill_protect_readable('${table}')`);
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table analytics_counts;
    drop table analytics_parcels;
  `);
}

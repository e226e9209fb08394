import type { Knex } from 'knex';

/** When own couriers come to the door, as it was said last. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table courier_arrivals (
      shipment_id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      courier_id uuid not null,
      made_at timestamptz not null,
      -- One in ten, half and nine in ten are there by then.
      p10 timestamptz not null,
      p50 timestamptz not null,
      p90 timestamptz not null,
      stops_before int not null,
      -- What was said when there was less than an hour to go, in minutes as it was worked out: from
      -- this and what came of it the windows are calibrated.
      judged_at timestamptz,
      judged_p10_min real,
      judged_p50_min real,
      judged_p90_min real
    );
    create index courier_arrivals_by_age on courier_arrivals (made_at);
    call waybill_protect('courier_arrivals');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table courier_arrivals');
}

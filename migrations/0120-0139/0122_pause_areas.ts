import type { Knex } from 'knex';

/** Areas in which nobody is asked for now: what is to be fetched there waits. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table paused_areas (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- Geohashes; or else a circle, of a facility where one was named.
      cells text[] not null,
      lat double precision,
      lng double precision,
      radius_m int,
      facility_code text,
      reason text,
      created_at timestamptz not null,
      created_by text not null,
      -- Null: until somebody ends it.
      until timestamptz,
      ended_at timestamptz,
      ended_by text,
      check ((lat is null) = (cardinality(cells) > 0)),
      check ((lat is null) = (lng is null) and (lat is null) = (radius_m is null)),
      check ((ended_at is null) = (ended_by is null))
    );
    create index paused_areas_active on paused_areas (merchant_id, mode) where ended_at is null;
    create index paused_areas_listed on paused_areas (merchant_id, mode, id);
    call waybill_protect('paused_areas');

    -- In which of them it waits, as far as the matcher has noticed.
    alter table deliveries add column pause_id uuid;
    create index deliveries_paused on deliveries (pause_id) where pause_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table deliveries drop column pause_id;
    drop table paused_areas`);
}

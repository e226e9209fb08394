import type { Knex } from 'knex';

/**
 * Buildings that parcels pass: the deployment's and each merchant's own, what carriers' reports
 * tell of them until that is enough, and whose zone a sighting was stamped with.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Counts changes. Who writes facilities holds one advisory lock, so this is commit order, and
    -- processes that keep them in memory ask for what came after the last they saw.
    create sequence facility_changes as bigint;
    grant usage on sequence facility_changes to waybill_app, waybill_pipeline;

    create table facilities (
      id uuid primary key,
      -- Null: the deployment's, for all merchants and modes.
      merchant_id uuid references merchants on delete cascade,
      mode text check (mode in ('test', 'live')),
      -- Null: whichever carrier.
      carrier text,
      code text not null,
      -- The code as it is matched: upper case, letters and digits, single blanks.
      code_key text not null,
      name text not null,
      type text not null default 'other' check (type in
        ('origin', 'hub', 'sort_center', 'delivery_station', 'pickup_point', 'other')),
      city text,
      region text,
      postal_code text,
      country text,
      lat double precision check (lat between -90 and 90),
      lng double precision check (lng between -180 and 180),
      -- As it was given; null: the one of country, region and postal code, where they settle it.
      time_zone text,
      aliases text[] not null default '{}',
      source text not null default 'api' check (source in ('csv', 'api', 'learned')),
      certainty real not null default 1 check (certainty between 0 and 1),
      -- Parcels of which reports told that they passed here, and when.
      parcels integer not null default 0,
      first_seen_at timestamptz,
      last_seen_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      -- Kept for a while, so that every process learns of it.
      deleted_at timestamptz,
      changed bigint not null default nextval('facility_changes'),
      check ((merchant_id is null) = (mode is null)),
      check ((lat is null) = (lng is null))
    );
    create unique index facilities_by_code on facilities (merchant_id, mode, carrier, code_key)
      nulls not distinct where deleted_at is null;
    create index facilities_by_change on facilities (changed);
    create index facilities_deleted on facilities (deleted_at) where deleted_at is not null;
    -- The app sees a merchant's own; what is the deployment's it is handed by the pipeline's role.
    call waybill_protect('facilities');

    -- What ended parcels told of a place, as long as it is no facility that somebody entered.
    create table facility_evidence (
      carrier text not null,
      code_key text not null,
      evidence jsonb not null,
      parcels integer not null,
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      primary key (carrier, code_key)
    );
    create index facility_evidence_by_age on facility_evidence (last_seen_at);
    alter table facility_evidence enable row level security;
    alter table facility_evidence force row level security;
    create policy pipeline on facility_evidence to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on facility_evidence to waybill_pipeline;

    alter table sightings
      -- Whose zone this hearing was given; null: nobody's.
      add column zone_facility_id uuid,
      -- The time as the deployment's facilities tell it, where a merchant's own tells it otherwise:
      -- for what a page shows that several merchants share.
      add column neutral_time jsonb;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sightings drop column zone_facility_id, drop column neutral_time;
    drop table facility_evidence;
    drop table facilities;
    drop sequence facility_changes;
  `);
}

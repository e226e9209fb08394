import type { Knex } from 'knex';

/** Parcels that caches in front of us are still to forget. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- One row a cache and parcel, however often the parcel changes meanwhile.
    create table cache_purges (
      purger text not null,
      carrier text not null,
      tracking_number text not null,
      -- Counts its changes: a purge that began before the last of them has not done with it.
      change bigint not null default 1,
      changed_at timestamptz not null,
      -- Purges still to be made.
      rounds smallint not null,
      due_at timestamptz not null,
      attempts smallint not null default 0,
      primary key (purger, carrier, tracking_number)
    );
    create index cache_purges_due on cache_purges (purger, due_at);
    alter table cache_purges enable row level security;
    alter table cache_purges force row level security;
    create policy pipeline on cache_purges to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on cache_purges to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table cache_purges');
}

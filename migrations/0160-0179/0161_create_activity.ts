import type { Knex } from 'knex';

/** What the hub did, by five minutes: a handful of rows each, added to by every process. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table activity (
      -- When the five minutes began.
      at timestamptz not null,
      kind text not null,
      value double precision not null,
      primary key (at, kind)
    );
    alter table activity enable row level security;
    alter table activity force row level security;
    create policy pipeline on activity to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on activity to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table activity');
}

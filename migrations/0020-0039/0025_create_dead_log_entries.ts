import type { Knex } from 'knex';

/** Entries of the log that a consumer could not handle and passed over. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table dead_log_entries (
      consumer text not null,
      shard smallint not null,
      position bigint not null,
      entry_id uuid not null,
      -- Kind and place of what was thrown; its text may name somebody.
      error text not null,
      at timestamptz not null,
      -- Somebody wants it handled once more.
      again boolean not null default false,
      primary key (consumer, shard, position)
    );
    alter table dead_log_entries enable row level security;
    alter table dead_log_entries force row level security;
    create policy pipeline on dead_log_entries to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on dead_log_entries to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table dead_log_entries');
}

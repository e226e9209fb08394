import type { Knex } from 'knex';

/**
 * The log of record. `position` is drawn under the shard's advisory lock, so within a shard the
 * order of positions is the order of commits, and `position > last` misses nothing.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table event_log (
      shard smallint not null,
      position bigint generated always as identity,
      id uuid not null,
      merchant_id uuid not null,
      mode text not null,
      -- What the event is about, and the event's number among those about it.
      subject_id uuid not null,
      sequence integer not null,
      type text not null,
      occurred_at timestamptz not null,
      recorded_at timestamptz not null,
      data jsonb not null,
      previous_attributes jsonb not null,
      primary key (shard, position)
    );
    create unique index event_log_by_subject on event_log (subject_id, sequence);
    create index event_log_by_tenant on event_log (merchant_id, mode, shard, position);
    call waybill_protect('event_log');

    create table consumer_cursors (
      consumer text not null,
      shard smallint not null,
      position bigint not null,
      updated_at timestamptz not null,
      primary key (consumer, shard)
    );
    alter table consumer_cursors enable row level security;
    alter table consumer_cursors force row level security;
    create policy pipeline on consumer_cursors to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on consumer_cursors to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table consumer_cursors;
    drop table event_log;
  `);
}

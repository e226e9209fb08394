import type { Knex } from 'knex';

/**
 * Positions lie in stretches: one row for what came of a courier in a minute or so, because a row and an index entry
 * for each position cost six times as much. Until then they are in a journal, as they came. What earlier versions
 * wrote into `courier_positions` is read and simplified from there.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A partition a day, as courier_positions has them, and closed to everybody but the pipeline.
    create table courier_stretches (
      courier_id uuid not null,
      -- Of its earliest and its latest position; both are of one day of UTC.
      at timestamptz not null,
      until timestamptz not null,
      positions int not null,
      packed bytea not null
    ) partition by range (at);
    create index courier_stretches_of_courier on courier_stretches (courier_id, at);
    alter table courier_stretches enable row level security;
    alter table courier_stretches force row level security;
    create policy pipeline on courier_stretches to waybill_pipeline using (true) with check (true);
    grant select, insert, delete on courier_stretches to waybill_pipeline;

    create table courier_position_journal (
      -- One run of a process, and its parts in turn.
      writer uuid not null,
      seq int not null,
      -- Couriers are in 64 buckets, so that whoever reads one courier's reads no more than these.
      bucket smallint not null,
      written_at timestamptz not null,
      records bytea not null,
      primary key (writer, seq)
    );
    alter table courier_position_journal alter column records set storage external;
    create index courier_position_journal_by_bucket on courier_position_journal (bucket);
    alter table courier_position_journal enable row level security;
    alter table courier_position_journal force row level security;
    create policy pipeline on courier_position_journal to waybill_pipeline
      using (true) with check (true);
    -- Locking rows takes the right to change them.
    grant select, insert, update, delete on courier_position_journal to waybill_pipeline;
    ${shiftChanged('delete from courier_stretches where courier_id = old.id;')}
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ${shiftChanged('')}
    drop table courier_position_journal;
    drop table courier_stretches;
  `);
}

function shiftChanged(more: string): string {
  return `
    create or replace function waybill_shift_changed() returns trigger
      language plpgsql security definer set search_path = pg_catalog, public
      as $$
        begin
          if tg_op = 'DELETE' then
            delete from courier_positions where courier_id = old.id;
            ${more}
            perform pg_notify('courier_shifts', concat_ws(' ', old.id, 'gone', old.merchant_id, old.mode));
          elsif new.on_shift then
            perform pg_notify('courier_shifts', concat_ws(' ', new.id, 'on', new.merchant_id, new.mode));
          else
            delete from courier_places where courier_id = new.id;
            perform pg_notify('courier_shifts', concat_ws(' ', new.id, 'off', new.merchant_id, new.mode));
          end if;
          return null;
        end
      $$;`;
}

import type { Knex } from 'knex';

/** Where couriers were: position by position for a day or two, then as simplified trails. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A partition a day, made by the partition job; written by COPY, which takes no row security, so
    -- partitions are closed to everybody but the pipeline.
    create table courier_positions (
      courier_id uuid not null,
      at timestamptz not null,
      -- Ten-millionths of a degree.
      lat int not null,
      lng int not null,
      accuracy_m smallint,
      speed_kmh smallint,
      heading smallint,
      battery smallint,
      -- 0 shown, 1 older than what was shown, 2 inaccurate, 3 a jump.
      verdict smallint not null
    ) partition by range (at);
    create index courier_positions_of_courier on courier_positions (courier_id, at);
    alter table courier_positions enable row level security;
    alter table courier_positions force row level security;
    create policy pipeline on courier_positions to waybill_pipeline using (true) with check (true);
    grant select, insert, delete on courier_positions to waybill_pipeline;

    create table courier_trails (
      courier_id uuid not null references couriers on delete cascade,
      -- In UTC.
      day date not null,
      -- What the line is made of, and what was never shown: inaccurate fixes and jumps.
      kind text not null check (kind in ('line', 'inaccurate', 'jump')),
      -- What came late is a part of its own.
      part int not null,
      merchant_id uuid not null,
      mode text not null,
      from_at timestamptz not null,
      to_at timestamptz not null,
      reported int not null,
      points int not null,
      trail bytea not null,
      primary key (courier_id, day, kind, part)
    );
    create index courier_trails_by_age on courier_trails (day);
    call waybill_protect('courier_trails');

    create or replace function waybill_shift_changed() returns trigger
      language plpgsql security definer set search_path = pg_catalog, public
      as $$
        begin
          if tg_op = 'DELETE' then
            delete from courier_positions where courier_id = old.id;
            perform pg_notify('courier_shifts', concat_ws(' ', old.id, 'gone', old.merchant_id, old.mode));
          elsif new.on_shift then
            perform pg_notify('courier_shifts', concat_ws(' ', new.id, 'on', new.merchant_id, new.mode));
          else
            delete from courier_places where courier_id = new.id;
            perform pg_notify('courier_shifts', concat_ws(' ', new.id, 'off', new.merchant_id, new.mode));
          end if;
          return null;
        end
      $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function waybill_shift_changed() returns trigger
      language plpgsql security definer set search_path = pg_catalog, public
      as $$
        begin
          if tg_op = 'DELETE' then
            perform pg_notify('courier_shifts', concat_ws(' ', old.id, 'gone', old.merchant_id, old.mode));
          elsif new.on_shift then
            perform pg_notify('courier_shifts', concat_ws(' ', new.id, 'on', new.merchant_id, new.mode));
          else
            delete from courier_places where courier_id = new.id;
            perform pg_notify('courier_shifts', concat_ws(' ', new.id, 'off', new.merchant_id, new.mode));
          end if;
          return null;
        end
      $$;
    drop table courier_trails;
    drop table courier_positions;
  `);
}

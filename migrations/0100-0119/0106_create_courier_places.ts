import type { Knex } from 'knex';

/** Where couriers were last, and a word to all processes when one goes off shift. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What processes know in memory or in Redis, as it was at most half a minute ago.
    create table courier_places (
      courier_id uuid primary key references couriers on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      at timestamptz not null,
      lat double precision not null,
      lng double precision not null,
      accuracy_m real,
      speed_kmh real,
      heading real,
      battery real,
      received_at timestamptz not null
    ) with (fillfactor = 70);
    call waybill_protect('courier_places');

    -- Who is off shift is nowhere, from the same moment on.
    create function waybill_shift_changed() returns trigger
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
    -- Whoever is to own a function needs CREATE on its schema at that moment, and never again.
    grant create on schema public to waybill_pipeline;
    alter function waybill_shift_changed() owner to waybill_pipeline;
    revoke create on schema public from waybill_pipeline;
    create trigger couriers_shift_changed after update of on_shift, shift_ends_at on couriers
      for each row when (old.on_shift is distinct from new.on_shift
        or old.shift_ends_at is distinct from new.shift_ends_at)
      execute function waybill_shift_changed();
    create trigger couriers_gone after delete on couriers
      for each row execute function waybill_shift_changed();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger couriers_gone on couriers;
    drop trigger couriers_shift_changed on couriers;
    drop function waybill_shift_changed();
    drop table courier_places;
  `);
}

import type { Knex } from 'knex';

/**
 * Positions from outside of shifts are nobody's business, also when a phone sends those of several
 * days at once: all times off shift are kept, not the last alone, and to the moment that the phone told.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- When the courier was off between two shifts, as far as it is known.
    alter table couriers add column off_times tstzmultirange not null default '{}';
    update couriers set off_times = tstzmultirange(tstzrange(off_since, shift_since - interval '15 minutes'))
    where on_shift and off_since < shift_since - interval '15 minutes';
    alter table couriers drop column off_since;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table couriers add column off_since timestamptz;
    update couriers set off_since =
      (select lower(r) from unnest(off_times) as r order by lower(r) desc limit 1) where on_shift;
    alter table couriers drop column off_times;
  `);
}

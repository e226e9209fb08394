import type { Knex } from 'knex';

/** Positions from between two shifts are nobody's business, also when they are sent in the second. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- When the shift before this one ended; null: there was none.
    alter table couriers add column off_since timestamptz;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table couriers drop column off_since');
}

import type { Knex } from 'knex';

/** Messages that somebody should look at are few, and found among the millions that went well. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index notifications_stuck on notifications (state, id)
      where state in ('dead', 'failed', 'unknown');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index notifications_stuck');
}

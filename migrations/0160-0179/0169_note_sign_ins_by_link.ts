import type { Knex } from 'knex';

/** Whoever comes by a mailed link may set a password anew without the one they have forgotten. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Others queue behind it: it would rather fail, and be run again.
    set local lock_timeout = '5s';
    -- Signed in by a mailed link, and no password has been set since.
    alter table member_sessions add column by_link boolean not null default false;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table member_sessions drop column by_link');
}

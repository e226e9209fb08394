import type { Knex } from 'knex';

/** What the API and the command line do to members' settings stands in the audit beside what the desk does. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    set local lock_timeout = '5s';
    alter table member_actions drop constraint member_actions_actor_check,
      add constraint member_actions_actor_check
        check (actor in ('user', 'key', 'api_key', 'operator'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from member_actions where actor not in ('user', 'key');
    alter table member_actions drop constraint member_actions_actor_check,
      add constraint member_actions_actor_check check (actor in ('user', 'key'));
  `);
}

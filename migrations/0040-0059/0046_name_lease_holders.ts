import type { Knex } from 'knex';

/** What a process that has ended held is found without waiting for its lease to end. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table notifications add column lease_holder integer;
    create index notifications_leased on notifications (lease_holder)
      where lease_until is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table notifications drop column lease_holder');
}

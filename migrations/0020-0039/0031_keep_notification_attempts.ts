import type { Knex } from 'knex';

/** What was tried stays known when somebody has it tried again; what was told, by when. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Of its attempts, those before somebody last had it sent again: they count no more.
    alter table notifications add column attempts_before smallint not null default 0;
    -- Of the log's entry that was told: by it, the later of two that take back one another is found.
    alter table notification_windows add column position bigint not null default 0;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table notification_windows drop column position;
    alter table notifications drop column attempts_before;
  `);
}

import type { Knex } from 'knex';

/** Since when times between backups cannot be restored, for `waybill doctor` to say. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table backup_places add column log_given_up_at timestamptz');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table backup_places drop column log_given_up_at');
}

import type { Knex } from 'knex';

/** When a delivery was last taken back: what was said of the parcel before that is over. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table courier_parcels add column reopened_at timestamptz');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table courier_parcels drop column reopened_at');
}

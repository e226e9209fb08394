import type { Knex } from 'knex';

/** What was reported of a parcel on its way, to learn from where and how it was when. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Scans after the hand-over, oldest first, the newest forty: [status, instant and wall clock in
    -- epoch ms, country, building or city, days since 1970 of the date the carrier named then].
    alter table edd_journeys add column stops jsonb not null default '[]';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table edd_journeys drop column stops');
}

import type { Knex } from 'knex';

/** How far shared caches have been told of a merchant's look: those behind are found at once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table branding add column told_generation integer not null default 0;
    -- What was stored before was in no cache's memory for longer than minutes.
    update branding set told_generation = generation;
    create index branding_untold on branding (merchant_id) where told_generation < generation;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index branding_untold;
    alter table branding drop column told_generation;
  `);
}

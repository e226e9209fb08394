import type { Knex } from 'knex';

/** Whose look a public page wears. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The one merchant whose parcel this is; null: several have the number, and the page is neutral.
    alter table public_tracks add column merchant_id uuid, add column mode text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table public_tracks drop column merchant_id, drop column mode');
}

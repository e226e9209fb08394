import type { Knex } from 'knex';

/** Whose rules a version is made of, so that a merchant's old ones can go. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Null: nobody's alone.
    alter table mapping_versions add column merchant_id uuid references merchants on delete cascade;
    create index mapping_versions_by_merchant on mapping_versions (merchant_id, carrier, stored_at)
      where merchant_id is not null;
    -- The content of a version is never changed.
    grant update (origin, base_version, merchant_id), delete on mapping_versions to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    revoke update (origin, base_version, merchant_id), delete on mapping_versions
      from waybill_pipeline;
    alter table mapping_versions drop column merchant_id;
  `);
}

import type { Knex } from 'knex';

/** How a merchant looks to the people it sends parcels to, and its own words for them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table branding (
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- What the API takes and answers; nothing personal, all of it is shown to anyone.
      document jsonb not null,
      -- Counts changes, so that of two that were made at once the later is told.
      generation integer not null,
      updated_at timestamptz not null,
      primary key (merchant_id, mode)
    );
    call waybill_protect('branding');

    -- Words of the merchant's own in place of the shipped ones, of one template in one language.
    create table notification_templates (
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      template text not null,
      language text not null,
      document jsonb not null,
      generation integer not null,
      updated_at timestamptz not null,
      primary key (merchant_id, mode, template, language)
    );
    call waybill_protect('notification_templates');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table notification_templates;
    drop table branding;
  `);
}

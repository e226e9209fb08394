import type { Knex } from 'knex';

/** Secrets of accounts and channels that were taken out of use: gone with them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table carrier_accounts alter column webhook_secrets drop not null;
    alter table notification_channels alter column config drop not null;
    -- The owner is no superuser everywhere, and forced security would hide the rows from it.
    set local role waybill_pipeline;
    update carrier_accounts set webhook_secrets = null, credentials = null, verify_at = null
      where disabled_at is not null;
    update notification_channels set config = null where removed_at is not null;
    reset role;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    set local role waybill_pipeline;
    update carrier_accounts set webhook_secrets = '' where webhook_secrets is null;
    update notification_channels set config = '' where config is null;
    reset role;
    alter table carrier_accounts alter column webhook_secrets set not null;
    alter table notification_channels alter column config set not null;
  `);
}

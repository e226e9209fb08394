import type { Knex } from 'knex';

/** Whom nobody may ask again, and how many are asked a day by each channel. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The channel a confirmation went by, for what the whole installation asks a day.
    alter table subscription_requests
      add column channel text not null default 'email' check (channel in ('email', 'sms', 'push'));
    alter table subscription_requests alter column channel drop default;
    create index subscription_requests_by_channel on subscription_requests (channel, at);

    -- Addresses that no merchant here may ask again whether they want to be told; by the hash of
    -- their plainest spelling, and for ever.
    create table opted_out_addresses (
      channel text not null check (channel in ('email', 'sms', 'push')),
      address_hash bytea not null,
      at timestamptz not null,
      primary key (channel, address_hash)
    );
    alter table opted_out_addresses enable row level security;
    alter table opted_out_addresses force row level security;
    create policy pipeline on opted_out_addresses to waybill_pipeline using (true) with check (true);
    grant select, insert on opted_out_addresses to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table opted_out_addresses;
    drop index subscription_requests_by_channel;
    alter table subscription_requests drop column channel;
  `);
}

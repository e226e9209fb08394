import type { Knex } from 'knex';

/** Merchants' own ways to send: an account with a provider instead of the installation's. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table notification_channels (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      kind text not null check (kind in ('email', 'sms', 'push', 'webhook', 'ticket')),
      provider text not null,
      label text not null,
      -- All of it as JSON, sealed under the master key.
      config bytea not null,
      -- Counts changes, so that every process opens the channel anew.
      generation integer not null default 1,
      enabled boolean not null default true,
      verification text not null default 'unverified'
        check (verification in ('verified', 'unverified')),
      verification_reason text,
      verified_at timestamptz not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      -- Kept: notifications that it sent still come back as receipts.
      removed_at timestamptz
    );
    create index notification_channels_of on notification_channels (merchant_id, mode, kind)
      where removed_at is null;
    call waybill_protect('notification_channels');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table notification_channels');
}

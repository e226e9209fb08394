import type { Knex } from 'knex';

/** What a carrier said to an account's credentials, and a name that outlives the master key. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table carrier_accounts
      add column verification text not null default 'unverified'
        check (verification in ('verified', 'unverified', 'refused')),
      -- One sentence about an answer; never a secret.
      add column verification_reason text,
      -- Since when it is so.
      add column verification_at timestamptz not null default now(),
      -- When the carrier is asked next; null: not by itself.
      add column verify_at timestamptz,
      add column verify_tries smallint not null default 0,
      -- Counts the credentials it has had: what was found of others says nothing of these.
      add column credentials_nr integer not null default 1;
    create index carrier_accounts_to_verify on carrier_accounts (verify_at)
      where verify_at is not null and disabled_at is null;
    -- Those that are there are asked about over ten minutes, not all at once. The owner is no
    -- superuser everywhere, and forced security would hide the rows from it.
    alter table carrier_accounts no force row level security;
    update carrier_accounts set verify_at = now() + random() * interval '10 minutes',
        verification_reason = 'the carrier was not asked yet'
      where credentials is not null and disabled_at is null;
    alter table carrier_accounts force row level security;

    -- Was a digest of the canary, which changes with the master key. Queues go by this name.
    alter table installation add column name text;
    alter table installation no force row level security;
    update installation set name = left(encode(sha256(canary), 'hex'), 16);
    alter table installation force row level security;
    alter table installation alter column name set not null;
    grant update (canary) on installation to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    revoke update (canary) on installation from waybill_pipeline;
    alter table installation drop column name;
    alter table carrier_accounts drop column verification, drop column verification_reason,
      drop column verification_at, drop column verify_at, drop column verify_tries,
      drop column credentials_nr;
  `);
}

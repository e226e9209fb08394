import type { Knex } from 'knex';

/** Members sign in with accounts that they have elsewhere (OpenID Connect). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- As in 0169: others queue behind it.
    set local lock_timeout = '5s';
    create table identity_providers (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      name text not null,
      issuer text not null,
      -- Null: the hub has been registered with the provider, or will be, and nobody has said as what.
      client_id text,
      -- Sealed; null: a client without one.
      client_secret bytea,
      -- Its word that somebody has done a second step there is taken for one.
      vouches boolean not null default false,
      created_at timestamptz not null,
      changed_at timestamptz not null,
      unique (merchant_id, issuer)
    );

    -- Which account of a provider is which member.
    create table member_identities (
      provider_id uuid not null references identity_providers on delete cascade,
      -- Under the installation's key: what the provider calls its account is somebody's.
      subject_hash bytea not null,
      user_id uuid not null,
      merchant_id uuid not null,
      created_at timestamptz not null,
      primary key (provider_id, subject_hash),
      unique (provider_id, user_id),
      -- Goes with the member.
      foreign key (user_id, merchant_id) references memberships on delete cascade
    );
    create index member_identities_by_member on member_identities (user_id, merchant_id);

    -- Sign-ins that came back from a provider: none comes back twice.
    create table returned_sign_ins (
      state_hash bytea primary key,
      expires_at timestamptz not null
    );
    create index returned_sign_ins_by_end on returned_sign_ins (expires_at);

    -- By whom somebody was let in; the session shows that provider's merchant and no other.
    alter table member_sessions
      add column provider_id uuid references identity_providers on delete cascade,
      -- The provider has said that there was a second step.
      add column vouched boolean not null default false;
    create index member_sessions_by_provider on member_sessions (provider_id);
  `);
  for (const table of ['identity_providers', 'member_identities', 'returned_sign_ins']) {
    await knex.raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy pipeline on ${table} to waybill_pipeline using (true) with check (true);
      grant select, insert, update, delete on ${table} to waybill_pipeline;
    `);
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table member_sessions drop column provider_id, drop column vouched;
    drop table returned_sign_ins;
    drop table member_identities;
    drop table identity_providers;
  `);
}

import type { Knex } from 'knex';

/** People who work for merchants, signed in at `/console`. None of it is read by a merchant's key. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table users (
      id uuid primary key,
      -- What an address is recognized by; the address itself is sealed, with the name.
      mail_hash bytea not null unique,
      personal bytea not null,
      -- scrypt with its parameters and salt.
      password text not null,
      created_at timestamptz not null
    );

    create table memberships (
      user_id uuid not null references users on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      role text not null check (role in ('owner', 'support', 'analyst', 'developer')),
      -- Which of the merchant's parcels were looked at last.
      mode text not null default 'test' check (mode in ('test', 'live')),
      created_at timestamptz not null,
      primary key (user_id, merchant_id)
    );
    create index memberships_by_merchant on memberships (merchant_id);

    -- Who is signed in: a user, or on the machine itself the key of the first start.
    create table member_sessions (
      token_hash bytea primary key,
      user_id uuid references users on delete cascade,
      api_key_id uuid references api_keys on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      check (num_nonnulls(user_id, api_key_id) = 1)
    );
    create index member_sessions_by_user on member_sessions (user_id);
    create index member_sessions_by_end on member_sessions (expires_at);

    -- A link that makes whoever opens it a member, once.
    create table member_invitations (
      id uuid primary key,
      token_hash bytea not null unique,
      merchant_id uuid not null references merchants on delete cascade,
      role text not null check (role in ('owner', 'support', 'analyst', 'developer')),
      -- For whom, sealed; null: for whoever started the hub.
      personal bytea,
      created_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index member_invitations_by_merchant on member_invitations (merchant_id);

    -- Who did what. Nobody's name stands here: a member who is gone is told from others by the id.
    create table member_actions (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null,
      actor text not null check (actor in ('user', 'key')),
      actor_id uuid,
      action text not null,
      subject text,
      happened_at timestamptz not null
    );
    create index member_actions_by_merchant on member_actions (merchant_id, happened_at, id);
    create index member_actions_by_time on member_actions (happened_at);
  `);
  for (const table of [
    'users',
    'memberships',
    'member_sessions',
    'member_invitations',
    'member_actions',
  ]) {
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
    drop table member_actions;
    drop table member_invitations;
    drop table member_sessions;
    drop table memberships;
    drop table users;
  `);
}

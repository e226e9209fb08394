import type { Knex } from 'knex';

/** The second step of signing in: codes of an app, and codes to write down. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table member_factors (
      user_id uuid primary key references users on delete cascade,
      -- What the app has, sealed.
      secret bytea not null,
      -- Null: it was shown, and no code has shown yet that an app has it.
      confirmed_at timestamptz,
      -- The half minute, counted from 1970, of the last code that was taken: none is taken twice.
      last_step bigint not null default 0,
      failures integer not null default 0,
      failures_since timestamptz,
      created_at timestamptz not null
    );

    -- For whoever has lost the phone: each works once and is deleted then.
    create table member_recovery_codes (
      user_id uuid not null references member_factors on delete cascade,
      code_hash bytea not null,
      primary key (user_id, code_hash)
    );

    -- What a merchant asks of its members when they sign in.
    create table merchant_sign_in (
      merchant_id uuid primary key references merchants on delete cascade,
      second_factor boolean not null,
      changed_at timestamptz not null
    );

    -- What is left to do before the session opens the desk: say a code, or set codes up. Null: nothing.
    alter table member_sessions add column awaits text check (awaits in ('code', 'enrolment'));
  `);
  for (const table of ['member_factors', 'member_recovery_codes', 'merchant_sign_in']) {
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
    alter table member_sessions drop column awaits;
    drop table merchant_sign_in;
    drop table member_recovery_codes;
    drop table member_factors;
  `);
}

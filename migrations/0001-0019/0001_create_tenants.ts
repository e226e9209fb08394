import type { Knex } from 'knex';

/**
 * Roles and row-level security come before the second table, so that no table is ever without
 * them. The app connects as one login and takes one of three roles, none of which owns a table
 * or may bypass row-level security:
 *
 * - `waybill_app` serves merchants: it sees the rows of the merchant and mode set in its transaction;
 * - `waybill_pipeline` runs receipts, folds and consumers: it sees every tenant;
 * - `waybill_public` serves strangers: it sees the public projection and nothing else.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    do $$
    declare name text;
    begin
      foreach name in array array['waybill_app', 'waybill_pipeline', 'waybill_public'] loop
        begin
          execute format('create role %I nologin nobypassrls', name);
        exception when duplicate_object or unique_violation then null; -- another database of this cluster has it
        end;
        begin
          execute format('grant %I to current_user', name);
        exception when others then
          -- Two migrators at once may both be granting; only a grant that is missing matters.
          if not pg_has_role(current_user, name, 'member') then raise; end if;
        end;
      end loop;
    end $$;

    grant usage on schema public to waybill_app, waybill_pipeline, waybill_public;

    create function waybill_tenant() returns uuid language sql stable parallel safe
      as $$ select nullif(current_setting('waybill.merchant_id', true), '')::uuid $$;
    create function waybill_mode() returns text language sql stable parallel safe
      as $$ select nullif(current_setting('waybill.mode', true), '') $$;

    -- Every tenant's table goes through here: forced row-level security, the merchant's rows in
    -- the merchant's mode for the app, everything for the pipeline, nothing for anybody else.
    create procedure waybill_protect(target regclass) language plpgsql as $$
    begin
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format(
        'create policy tenant on %s to waybill_app
           using (merchant_id = waybill_tenant() and mode = waybill_mode())
           with check (merchant_id = waybill_tenant() and mode = waybill_mode())', target);
      execute format('create policy pipeline on %s to waybill_pipeline using (true) with check (true)', target);
      execute format('grant select, insert, update, delete on %s to waybill_app, waybill_pipeline', target);
    end $$;

    create table merchants (
      id uuid primary key,
      slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
      name text not null,
      -- Whether strangers may list an order's parcels by its id.
      order_lookup text not null default 'open' check (order_lookup in ('open', 'with_postal_code', 'off')),
      created_at timestamptz not null default now()
    );
    alter table merchants enable row level security;
    alter table merchants force row level security;
    create policy tenant on merchants for select to waybill_app using (id = waybill_tenant());
    create policy pipeline on merchants to waybill_pipeline using (true) with check (true);
    grant select on merchants to waybill_app;
    grant select, insert, update on merchants to waybill_pipeline;

    create table api_keys (
      id uuid primary key,
      merchant_id uuid not null references merchants,
      mode text not null check (mode in ('test', 'live')),
      name text not null,
      -- The first characters, so that a person can tell keys apart. The key itself is only hashed.
      prefix text not null,
      key_hash bytea not null unique,
      scopes text[] not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      revoked_at timestamptz
    );
    create index api_keys_by_merchant on api_keys (merchant_id, mode, created_at);
    call waybill_protect('api_keys');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table api_keys;
    drop table merchants;
    drop procedure waybill_protect(regclass);
    drop function waybill_mode();
    drop function waybill_tenant();
  `);
}

import type { Knex } from 'knex';

/**
 * What operators work with: sessions of the console, dead letters that somebody is done with, and
 * unknown codes with the parcels they touched.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The key made or given at the first start: on loopback it opens the operators' paths too.
    -- The owner is no superuser everywhere, and forced security would hide the rows from it.
    alter table api_keys add column bootstrap boolean not null default false;
    alter table api_keys no force row level security;
    update api_keys set bootstrap = true
      where name = 'bootstrap'
        and id = (select id from api_keys order by created_at, id limit 1);
    alter table api_keys force row level security;

    -- A sign-in to the console. The cookie's text is only hashed.
    create table operator_sessions (
      id uuid primary key,
      token_hash bytea not null unique,
      api_key_id uuid not null references api_keys on delete cascade,
      created_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index operator_sessions_by_key on operator_sessions (api_key_id, created_at);
    create index operator_sessions_by_expiry on operator_sessions (expires_at);
    alter table operator_sessions enable row level security;
    alter table operator_sessions force row level security;
    create policy pipeline on operator_sessions to waybill_pipeline using (true) with check (true);
    grant select, insert, delete on operator_sessions to waybill_pipeline;

    -- A dismissed dead letter stays what it is and waits for nobody.
    alter table receipts
      add column dismissed_at timestamptz,
      add column dismissed_by text,
      add column dismissed_note text;

    alter table review_entries
      add column id uuid not null default gen_random_uuid() unique,
      -- A mapping knows the code since then; seen unknown again, the entry is open again.
      add column settled_at timestamptz,
      add column settled_by text,
      add column dismissed_by text,
      add column note text;
    create index review_entries_open on review_entries ((-seen_count), id)
      where dismissed_at is null and settled_at is null;

    -- The parcels whose facts carried the code: what a rule for it would touch.
    create table review_parcels (
      carrier text not null,
      codes_key text not null,
      shipment_id uuid not null references shipments on delete cascade,
      primary key (carrier, codes_key, shipment_id),
      foreign key (carrier, codes_key) references review_entries on delete cascade
    );
    create index review_parcels_by_shipment on review_parcels (shipment_id);
    alter table review_parcels enable row level security;
    create policy pipeline on review_parcels to waybill_pipeline using (true) with check (true);
    grant select, insert, delete on review_parcels to waybill_pipeline;
    alter table review_parcels force row level security;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table review_parcels;
    drop index review_entries_open;
    alter table review_entries drop column id, drop column settled_at, drop column settled_by,
      drop column dismissed_by, drop column note;
    alter table receipts drop column dismissed_at, drop column dismissed_by,
      drop column dismissed_note;
    drop table operator_sessions;
    alter table api_keys drop column bootstrap;
  `);
}

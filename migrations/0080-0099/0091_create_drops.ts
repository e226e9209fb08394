import type { Knex } from 'knex';

/** Files of scans that were dropped into a folder or a bucket: how far each is, and its rejected rows. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table drops (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- The store it lies in, such as s3://bucket/prefix.
      place text not null,
      -- In the merchant's folder, as it came.
      name text not null,
      -- The store's word for these bytes.
      version text not null,
      size_bytes bigint not null,
      state text not null
        check (state in ('waiting', 'reading', 'filing', 'done', 'quarantined', 'vanished')),
      -- SHA-256 of its bytes, and of what they are read by; null: nobody has read it through yet.
      content_hash bytea,
      rules_hash bytea,
      -- It has the same bytes as this one, whose rows took effect; nothing was taken of it.
      same_as uuid references drops on delete set null,
      -- Whose file it is, by its name.
      facility_code text,
      -- How its rows are written: {"separator", "header"}.
      dialect jsonb,
      ignored_columns text[],
      -- Rows looked at, without the header; their receipts are on disk.
      rows bigint not null default 0,
      accepted bigint not null default 0,
      duplicates bigint not null default 0,
      rejected bigint not null default 0,
      -- About so much of it has been read.
      read_bytes bigint not null default 0,
      -- What keeps it from going on, or why it could not be read.
      problem text,
      unreadable boolean not null default false,
      -- What it is called in done/ or quarantine/.
      filed_name text,
      -- Next turn; while somebody works on it: when that runs out.
      due_at timestamptz not null,
      lease_token bigint not null default 0,
      seen_at timestamptz not null,
      started_at timestamptz,
      finished_at timestamptz
    );
    -- A file that lies there is one drop.
    create unique index drops_open on drops (merchant_id, mode, place, name, version)
      where state in ('waiting', 'reading', 'filing');
    -- The same bytes, read alike, take effect once.
    create unique index drops_content on drops (merchant_id, mode, content_hash, rules_hash)
      where content_hash is not null and same_as is null and not unreadable;
    create index drops_due on drops (due_at) where state in ('waiting', 'reading', 'filing');
    create index drops_of_tenant on drops (merchant_id, mode, id);
    create index drops_finished on drops (finished_at) where finished_at is not null;
    call waybill_protect_readable('drops');

    -- Until they lie beside the file: a row for each batch, sealed.
    create table drop_rejects (
      id uuid primary key,
      drop_id uuid not null references drops on delete cascade,
      first_row bigint not null,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      content bytea not null,
      data_key bytea not null,
      unique (drop_id, first_row)
    );
    call waybill_protect_readable('drop_rejects');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table drop_rejects;
    drop table drops;
  `);
}

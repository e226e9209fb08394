import type { Knex } from 'knex';

/**
 * What lies in the archive: files of ended parcels, and for each parcel the key that opens its row. Keys
 * are here and not in the files: destroying one erases the parcel at once from every copy of its file, and
 * a rotation of the master key reaches them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table archive_files (
      key text primary key,
      made_at timestamptz not null,
      parcels int not null,
      size_bytes bigint not null
    );
    alter table archive_files enable row level security;
    alter table archive_files force row level security;
    create policy pipeline on archive_files to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on archive_files to waybill_pipeline;
    create index archive_files_by_age on archive_files (made_at);

    create table archived_parcels (
      -- What the parcel is called in the file; nobody else knows it by that name.
      id uuid primary key,
      shipment_id uuid not null,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      carrier text not null,
      number_hash text not null,
      sequence int not null,
      file text not null references archive_files,
      -- Null: erased, and still in the file until the next night.
      data_key bytea,
      erased_at timestamptz,
      check ((data_key is null) = (erased_at is not null))
    );
    create index archived_parcels_by_number on archived_parcels (number_hash);
    create index archived_parcels_by_shipment on archived_parcels (shipment_id);
    create index archived_parcels_of_file on archived_parcels (file);
    create index archived_parcels_erased on archived_parcels (erased_at) where erased_at is not null;
    call waybill_protect('archived_parcels');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table archived_parcels; drop table archive_files');
}

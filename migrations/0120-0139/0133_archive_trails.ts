import type { Knex } from 'knex';

/**
 * Trails of couriers lie in the archive as parcels do, and for each the key that opens its row. A key goes with its
 * courier, so that nobody can open the row any more; a file with more rows than there are keys is written anew.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table archive_files add column trails int not null default 0;
    create table archived_trails (
      -- What the trail is called in the file; nobody else knows it by that name.
      id uuid primary key,
      courier_id uuid not null references couriers on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      day date not null,
      file text not null references archive_files on delete cascade,
      data_key bytea not null
    );
    create index archived_trails_of_courier on archived_trails (courier_id, day);
    create index archived_trails_of_file on archived_trails (file);
    call waybill_protect('archived_trails');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table archived_trails; alter table archive_files drop column trails');
}

import type { Knex } from 'knex';

/** Where backups are made to, what was erased since, and from which of them the hub was restored. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table backup_places (
      -- An absolute folder, or s3://bucket/prefix/.
      place text primary key,
      added_at timestamptz not null,
      last_backup text,
      last_covers_until timestamptz
    );
    alter table backup_places enable row level security;
    alter table backup_places force row level security;
    create policy pipeline on backup_places to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on backup_places to waybill_pipeline;

    -- Erasures that are not yet in the list that lies with the backups of a place.
    create table erasures_to_list (
      place text not null references backup_places on delete cascade,
      subject_id uuid not null,
      erased_at timestamptz not null,
      primary key (place, subject_id)
    );
    alter table erasures_to_list enable row level security;
    alter table erasures_to_list force row level security;
    create policy pipeline on erasures_to_list to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on erasures_to_list to waybill_pipeline;

    create table restores (
      id uuid primary key,
      backup text not null,
      -- What the backup holds ends here.
      covers_until timestamptz not null,
      -- What happened before may have been told already, by the hub that was lost.
      fenced_until timestamptz not null,
      restored_at timestamptz not null,
      -- Sequences of events go on above this number.
      sequence_floor int not null
    );
    alter table restores enable row level security;
    alter table restores force row level security;
    create policy pipeline on restores to waybill_pipeline using (true) with check (true);
    grant select, insert on restores to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table restores;
    drop table erasures_to_list;
    drop table backup_places;
  `);
}

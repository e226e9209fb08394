import type { Knex } from 'knex';

/**
 * What codes meant at any time, which of it is in force for each carrier, the rules that were laid
 * over the files, and the work of reading stored history again.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A mapping as a whole, by the hash of what it says; never changed once it is there.
    create table mapping_versions (
      carrier text not null,
      version text not null check (version ~ '^[0-9a-f]{64}$'),
      content jsonb not null,
      rules integer not null,
      -- files: as in the files. overlay: with the deployment's overlay. merchant: with a merchant's.
      origin text not null,
      -- What the overlay was laid over; null: nothing was.
      base_version text,
      stored_at timestamptz not null,
      primary key (carrier, version)
    );
    create index mapping_versions_by_age on mapping_versions (carrier, stored_at);

    -- What is in force, a row for each carrier; whoever changes it names the generation it knew.
    create table active_mappings (
      carrier text primary key,
      version text not null,
      -- The files' part of it: what an overlay is laid over.
      files_version text not null,
      -- Which text of the deployment's overlay is part of it; 0: none.
      overlay_generation bigint not null,
      generation bigint not null,
      previous_version text,
      -- Somebody chose the version, so files and overlay may say something else.
      chosen boolean not null,
      -- Counts changes of all overlays of the carrier, merchants' too.
      overlays_generation bigint not null default 0,
      activated_at timestamptz not null,
      activated_by text not null,
      why text not null,
      foreign key (carrier, version) references mapping_versions (carrier, version),
      foreign key (carrier, files_version) references mapping_versions (carrier, version)
    );

    create table mapping_activations (
      carrier text not null,
      generation bigint not null,
      version text not null,
      files_version text not null,
      overlay_generation bigint not null,
      activated_at timestamptz not null,
      activated_by text not null,
      why text not null,
      primary key (carrier, generation)
    );
    create index mapping_activations_by_files on mapping_activations (carrier, files_version, generation);

    -- Rules of the deployment (merchant_id null) or of a merchant, as YAML; '': there are none.
    create table mapping_overlays (
      carrier text not null,
      merchant_id uuid references merchants on delete cascade,
      text text not null,
      generation bigint not null,
      updated_at timestamptz not null,
      updated_by text not null,
      unique nulls not distinct (carrier, merchant_id)
    );
    create index mapping_overlays_by_generation on mapping_overlays (carrier, generation);

    create table mapping_jobs (
      id uuid primary key,
      kind text not null check (kind in ('diff', 'renormalize')),
      carrier text not null,
      -- Null: whatever version each fact was read by.
      from_version text,
      to_version text not null,
      -- {"codes": [...], "merchant_id"}: only facts with any of these codes, only that merchant's;
      -- null: all.
      scope jsonb,
      notify boolean not null default false,
      state text not null
        check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
      -- How far it has come: shipments up to this id are done. Then come the facts that were recorded
      -- while it went, which a process may have read before it had heard of the switch: those
      -- recorded up to late_until are done.
      after_id uuid,
      walk_began_at timestamptz,
      late_until timestamptz,
      -- Which overlays the walk began with: merchants whose rules are newer at its end need another.
      overlays_generation bigint,
      facts_read bigint not null default 0,
      facts_changed bigint not null default 0,
      shipments_changed bigint not null default 0,
      shipments_failed bigint not null default 0,
      error text,
      -- Held until then; a holder that died leaves it in the past, and is so found.
      lease_until timestamptz,
      lease_token bigint not null default 0,
      created_at timestamptz not null,
      created_by text not null,
      started_at timestamptz,
      finished_at timestamptz
    );
    create index mapping_jobs_open on mapping_jobs (carrier, created_at)
      where state in ('waiting', 'running');
    create index mapping_jobs_by_age on mapping_jobs (created_at);
    -- One at a time, whoever wants to run it.
    create unique index mapping_jobs_running on mapping_jobs (carrier, kind) where state = 'running';
    -- A merchant's orders must not fill the queue of all.
    create unique index mapping_jobs_of_merchant on mapping_jobs (carrier, (scope->>'merchant_id'))
      where kind = 'renormalize' and scope->>'merchant_id' is not null and scope->'codes' is null
        and state in ('waiting', 'running');

    -- What a job found or changed, by status before and after; counted in the transaction that
    -- changes it, so that a kill counts nothing twice.
    create table mapping_job_changes (
      job_id uuid not null references mapping_jobs on delete cascade,
      from_status text not null,
      to_status text not null,
      facts bigint not null,
      shipments bigint not null,
      -- [{"shipment_id", "tracking_number"}], a few.
      samples jsonb not null,
      primary key (job_id, from_status, to_status)
    );

    do $$
    declare name text;
    begin
      foreach name in array array['mapping_versions', 'active_mappings', 'mapping_activations',
                                  'mapping_overlays', 'mapping_jobs',
                                  'mapping_job_changes'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy pipeline on %I to waybill_pipeline using (true) with check (true)', name);
        execute format('grant select, insert on %I to waybill_pipeline', name);
      end loop;
    end $$;
    grant update on active_mappings to waybill_pipeline;
    grant update, delete on mapping_overlays, mapping_jobs, mapping_job_changes to waybill_pipeline;

    alter table facts
      -- The carrier itself called it no scan; null: recorded before this was kept.
      add column told_logical boolean,
      -- How the deployment's mapping reads it, where the merchant's own overlay reads it otherwise:
      -- what a page shows that several merchants share.
      add column neutral_reading jsonb,
      -- {"status", "reason", "mappingVersion"}: what a re-normalization last replaced by another
      -- status or reason; null: nothing.
      add column read_before jsonb;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table facts drop column told_logical, drop column neutral_reading,
      drop column read_before;
    drop table mapping_job_changes;
    drop table mapping_jobs;
    drop table mapping_overlays;
    drop table mapping_activations;
    drop table active_mappings;
    drop table mapping_versions;
  `);
}

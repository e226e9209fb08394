import type { Knex } from 'knex';

/** What deleting a shipment needs to leave nothing readable behind. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Which number an erased shipment had: for caches, open pages and the poller, which the log tells
    -- no more than its id, and to know what a carrier still says of it. Gone after some weeks.
    create table erasures (
      subject_id uuid primary key,
      merchant_id uuid not null,
      mode text not null,
      carrier text not null,
      tracking_number text not null,
      erased_at timestamptz not null
    );
    create index erasures_by_number on erasures (carrier, tracking_number);
    create index erasures_by_age on erasures (erased_at);
    alter table erasures enable row level security;
    alter table erasures force row level security;
    create policy pipeline on erasures to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on erasures to waybill_pipeline;

    -- What a merchant notes of a parcel may name people: sealed, where it was part of \`requested\`.
    alter table command_attempts add column note bytea, add column data_key bytea;

    -- Its payload was taken away with its shipment: it is not sent again.
    alter table webhook_deliveries add column is_erased boolean not null default false;

    -- Whom a stored answer speaks of; it goes with the first of them.
    alter table idempotency_keys add column subject_ids uuid[];
    create index idempotency_keys_by_subject on idempotency_keys using gin (subject_ids);

    -- A receipt that goes takes what is parked of it along.
    create index parked_reports_by_receipt on parked_reports (receipt_id);

    -- The owner is no superuser everywhere, and forced security would hide the rows from it.
    set local role waybill_pipeline;
    update exception_cases set facility = null where tracking_number is null and facility is not null;
    reset role;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index parked_reports_by_receipt, idempotency_keys_by_subject;
    alter table command_attempts drop column note, drop column data_key;
    alter table idempotency_keys drop column subject_ids;
    alter table webhook_deliveries drop column is_erased;
    drop table erasures;
  `);
}

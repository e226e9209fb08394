import type { Knex } from 'knex';

const KINDS = `'attempts', 'address', 'refused', 'damaged', 'lost', 'stalled', 'customs', 'other',
  'request'`;

/** Proofs of delivery from merchants' own couriers, and which of them a parcel needs. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What must be given at the door before the parcel counts as handed over. No check: it would read
    -- the whole table while everybody waits.
    alter table shipments add column require_proof text[] not null default '{}';

    -- What somebody showed for a delivery, all at once. Its photos are rows of proofs.
    create table delivery_proofs (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null,
      -- By the sender: the same one again changes nothing.
      client_id text not null,
      given_by text not null check (given_by in ('merchant', 'courier')),
      -- The API key or the courier.
      giver_id text,
      -- Which requirements it meets.
      kinds text[] not null check (kinds <@ array['photo', 'signature', 'name', 'pin']),
      pin_outcome text check (pin_outcome in ('matched', 'wrong', 'locked', 'not_required')),
      -- Sealed: who received it, where, and the strokes of the signature. Null: erased.
      content bytea,
      data_key bytea,
      captured_at timestamptz not null,
      received_at timestamptz not null,
      unique (shipment_id, client_id)
    );
    create index delivery_proofs_by_age on delivery_proofs (received_at) where data_key is not null;
    call waybill_protect('delivery_proofs');

    -- Wrong PINs of a parcel, so that nobody tries them all.
    create table pin_failures (
      shipment_id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      failures smallint not null
    );
    call waybill_protect('pin_failures');

    -- A carrier's proofs have an account, our own a shipment.
    alter table proofs alter column account_id drop not null;
    alter table proofs add column shipment_id uuid;
    alter table proofs add column delivery_proof_id uuid;
    alter table proofs add constraint proofs_origin_check
      check ((account_id is null) = (shipment_id is not null)
             and (shipment_id is null) = (delivery_proof_id is null));
    create index proofs_of_delivery on proofs (delivery_proof_id)
      where delivery_proof_id is not null;
    create index proofs_by_age on proofs (fetched_at) where data_key is not null;

    alter table exception_cases drop constraint exception_cases_kind_check;
    alter table exception_cases add constraint exception_cases_kind_check
      check (kind in (${KINDS}, 'proof_missing'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from exception_cases where kind = 'proof_missing';
    alter table exception_cases drop constraint exception_cases_kind_check;
    alter table exception_cases add constraint exception_cases_kind_check check (kind in (${KINDS}));
    delete from proofs where account_id is null;
    drop index proofs_by_age;
    alter table proofs drop constraint proofs_origin_check;
    alter table proofs drop column shipment_id, drop column delivery_proof_id;
    alter table proofs alter column account_id set not null;
    drop table pin_failures;
    drop table delivery_proofs;
    alter table shipments drop column require_proof;
  `);
}

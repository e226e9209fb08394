import type { Knex } from 'knex';

/** When parcels come: what was shown and what came true of it, what is learned from, the models. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The date that is shown in place of the carrier's; null: the carrier's stands.
    alter table shipments add column predicted_delivery jsonb;

    -- The newest prediction of each parcel under way, with all that explains it.
    create table edd_predictions (
      shipment_id uuid primary key references shipments on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      made_at timestamptz not null,
      -- When it is worked out anew though nothing was heard; null: never, the parcel has ended.
      due_at timestamptz,
      source text not null check (source in ('model', 'carrier', 'rule', 'none')),
      date date,
      -- Days, or wall clocks at the destination.
      window_from text,
      window_to text,
      confidence real not null,
      late boolean not null,
      reasons jsonb not null,
      -- Null: no model had a part in it.
      model_version integer,
      -- Of all that it was worked out from, but for the time.
      features_hash text not null,
      -- How likely the promised day is missed; null: nobody promised one, or nobody can say.
      miss_probability real,
      -- Of which promises was warned (prediction/warning).
      warning jsonb not null,
      -- Why the day is another than before, and which it was; null: it never moved.
      moved jsonb
    );
    create index edd_predictions_due on edd_predictions (due_at) where due_at is not null;
    call waybill_protect('edd_predictions');

    -- Each date that somebody showed, and what came true: a row when it is first shown.
    create table edd_promises (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null references shipments on delete cascade,
      -- ours: as we showed it. carrier: as the carrier told it. promise: the merchant's to the customer.
      whose text not null check (whose in ('ours', 'carrier', 'promise')),
      -- Who said it of ours.
      source text not null check (source in ('model', 'carrier', 'rule', 'promise')),
      shown_at timestamptz not null,
      -- The parcel's status then.
      stage text not null,
      carrier text not null,
      service_level text not null,
      -- Countries and beginnings of postal codes: 'US-10 → US-94'.
      lane text not null,
      date date not null,
      window_from date,
      window_to date,
      confidence real,
      -- Of ours: how likely it was that the promised day is missed, and whether we warned of it.
      miss_probability real,
      warned boolean not null default false,
      model_version integer,
      -- Until it ended: the day it came, by the clock of the destination; null: not yet, or never.
      delivered_on date,
      -- delivered_on - date: above zero came later than said.
      error_days integer generated always as (delivered_on - date) stored
    );
    create index edd_promises_by_shipment on edd_promises (shipment_id, shown_at);
    create index edd_promises_kept on edd_promises (merchant_id, mode, delivered_on)
      where delivered_on is not null;
    call waybill_protect('edd_promises');

    -- What is learned from: live parcels as prediction knows them. Wall clocks are those of the place,
    -- kept as if they were UTC.
    create table edd_journeys (
      shipment_id uuid primary key references shipments on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      carrier text not null,
      service_level text not null,
      sender_id text not null,
      origin jsonb not null,
      destination jsonb not null,
      weight_g integer,
      label_at timestamptz,
      label_wall timestamptz,
      handed_over_at timestamptz not null,
      handed_over_wall timestamptz not null,
      delivered_at timestamptz,
      delivered_wall timestamptz,
      promised_date date,
      -- Minutes of the day, by the clock of the destination, at which it was delivered.
      delivered_minutes smallint
    );
    create index edd_journeys_by_hand_over on edd_journeys (handed_over_at);
    call waybill_protect('edd_journeys');

    -- Models, of the whole deployment; one is in force. A state holds no parcel, only figures of lanes.
    create table edd_models (
      version integer generated always as identity primary key,
      made_at timestamptz not null,
      -- active; retired: was active; refused: lost against the one in force.
      fate text not null check (fate in ('active', 'retired', 'refused')),
      -- In words: why it won, lost or was taken back.
      why text not null,
      card jsonb not null,
      -- What the challenger and the one in force scored on the same weeks; null for the first.
      duel jsonb,
      -- gzip of JSON; null: dropped by age.
      state bytea,
      -- SHA-256 of the state.
      digest bytea,
      -- Until when the statistics and the calibration in it know of events.
      state_at timestamptz not null,
      decided_at timestamptz not null
    );
    create unique index edd_models_active on edd_models (fate) where fate = 'active';
    alter table edd_models enable row level security;
    alter table edd_models force row level security;
    create policy pipeline on edd_models to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on edd_models to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table edd_models, edd_journeys, edd_promises, edd_predictions;
    alter table shipments drop column predicted_delivery;
  `);
}

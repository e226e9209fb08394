import type { Knex } from 'knex';

/** Exceptions as cases that are worked to an end: what was done, wished, shown and claimed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table exception_cases (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null references shipments on delete cascade,
      kind text not null check (kind in ('attempts', 'address', 'refused', 'damaged', 'lost',
        'stalled', 'customs', 'other', 'request')),
      -- The carrier's reason in our words, as the shipment's sub_status.
      reason text,
      state text not null default 'open' check (state in ('open', 'closed')),
      -- Whose move it is; null when it is closed.
      waits_for text check (waits_for in ('merchant', 'recipient', 'carrier')),
      outcome text check (outcome in ('resolved', 'returned', 'claimed')),
      -- Whether later facts ended it, a person, or that it turned out not to have happened.
      closed_how text check (closed_how in ('facts', 'person', 'taken_back')),
      -- Facts open and close it; what a person opened only a person closes.
      opened_by text not null check (opened_by in ('facts', 'person', 'recipient')),
      -- What of the shipment's state it answers to: what a person closed stays closed until that
      -- is something else.
      trigger text not null,
      attempts smallint not null default 0,
      -- A name at the merchant's.
      owner text,
      opened_at timestamptz not null,
      updated_at timestamptz not null,
      deadline_at timestamptz,
      -- When it was told that the deadline had passed.
      overdue_at timestamptz,
      closed_at timestamptz,
      -- When the parcel was sent back because of it.
      return_commanded_at timestamptz,
      -- The parcel that brings it back under a number of its own.
      return_shipment_id uuid,
      -- As they were then, for the figures; nothing that names anybody.
      carrier text not null,
      lane text not null,
      facility text,
      -- For lists; null once the shipment was deleted, when only the figures are left.
      tracking_number text,
      check ((state = 'open') = (closed_at is null)),
      check (state = 'open' or (outcome is not null and closed_how is not null))
    );
    create unique index exception_cases_open on exception_cases (shipment_id, kind)
      where state = 'open';
    create index exception_cases_by_shipment on exception_cases (shipment_id, opened_at);
    create index exception_cases_listed on exception_cases (merchant_id, mode, opened_at desc, id desc)
      where tracking_number is not null;
    create index exception_cases_opened on exception_cases (opened_at desc, id desc);
    -- For the figures of a merchant, the erased ones too.
    create index exception_cases_counted on exception_cases (merchant_id, mode, opened_at);
    create index exception_cases_due on exception_cases (deadline_at)
      where state = 'open' and overdue_at is null;
    call waybill_protect('exception_cases');

    -- What was done about a case, oldest first. Words that people wrote are sealed.
    create table case_events (
      id uuid primary key,
      case_id uuid not null references exception_cases on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null references shipments on delete cascade,
      -- In the order in which it was written: much of it happens at one instant.
      nr bigint generated always as identity,
      at timestamptz not null,
      type text not null,
      actor text not null check (actor in ('hub', 'carrier', 'recipient', 'merchant', 'operator')),
      data jsonb not null default '{}',
      note bytea,
      data_key bytea
    );
    create index case_events_by_case on case_events (case_id, nr);
    create index case_events_by_shipment on case_events (shipment_id);
    call waybill_protect('case_events');

    -- What a recipient, or the merchant in their place, wants done with a parcel.
    create table recipient_wishes (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null references shipments on delete cascade,
      -- Null: a carrier does it, and nobody needs to work on anything.
      case_id uuid references exception_cases on delete cascade,
      kind text not null check (kind in ('reschedule', 'pickup_point', 'hold_at_facility', 'address')),
      -- asking: a carrier is being asked; taken: it took it; open: a person has to see to it.
      state text not null check (state in ('asking', 'taken', 'open', 'done', 'refused', 'replaced')),
      actor text not null check (actor in ('recipient', 'merchant', 'operator')),
      -- The wish itself, which may name people and places; null key: erased.
      wish bytea not null,
      data_key bytea,
      -- The carrier's own, to ask it about.
      reference text,
      created_at timestamptz not null,
      settled_at timestamptz
    );
    -- Two that contradict each other are never under way at once; an address is another matter.
    create unique index recipient_wishes_standing on recipient_wishes (shipment_id, (kind = 'address'))
      where state in ('asking', 'open');
    create index recipient_wishes_by_shipment on recipient_wishes (shipment_id, created_at);
    create index recipient_wishes_by_case on recipient_wishes (case_id);
    call waybill_protect('recipient_wishes');

    -- Photos and papers. The bytes lie in the blob store, sealed under data_key.
    create table case_evidence (
      id uuid primary key,
      case_id uuid not null references exception_cases on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null references shipments on delete cascade,
      actor text not null check (actor in ('recipient', 'merchant', 'operator')),
      media_type text not null,
      size_bytes integer not null,
      digest bytea not null,
      blob_key text not null,
      data_key bytea,
      added_at timestamptz not null
    );
    create unique index case_evidence_once on case_evidence (case_id, digest)
      where data_key is not null;
    create index case_evidence_by_shipment on case_evidence (shipment_id);
    create index case_evidence_erased on case_evidence (added_at) where data_key is null;
    call waybill_protect('case_evidence');

    create table claims (
      id uuid primary key,
      case_id uuid not null references exception_cases on delete cascade,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null references shipments on delete cascade,
      carrier text not null,
      reason text not null check (reason in ('damaged', 'lost', 'other')),
      state text not null default 'draft' check (state in ('draft', 'submitted', 'accepted', 'rejected')),
      -- In the currency's smallest unit.
      amount_minor bigint not null check (amount_minor > 0),
      granted_minor bigint check (granted_minor >= 0),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      -- What happened, in the merchant's words; null key: erased.
      description bytea,
      data_key bytea,
      -- The carrier's own.
      reference text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      -- Until when carriers of this kind take it, and until when this one should have answered.
      submit_by timestamptz not null,
      submitted_at timestamptz,
      answer_by timestamptz,
      settled_at timestamptz,
      overdue_at timestamptz,
      check (state in ('draft', 'submitted') or settled_at is not null)
    );
    -- One is worked at a time; what was rejected may be claimed again.
    create unique index claims_open on claims (case_id) where state in ('draft', 'submitted');
    create index claims_listed on claims (merchant_id, mode, created_at desc, id desc);
    create index claims_by_case on claims (case_id);
    create index claims_by_shipment on claims (shipment_id);
    create index claims_due on claims ((case state when 'draft' then submit_by else answer_by end))
      where state in ('draft', 'submitted') and overdue_at is null;
    call waybill_protect('claims');

    -- A merchant's own deadlines and rules laid over the installation's; no row: those of the file.
    create table exception_policies (
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      document jsonb not null,
      -- Counts changes; the ETag.
      generation integer not null,
      updated_at timestamptz not null,
      primary key (merchant_id, mode)
    );
    call waybill_protect('exception_policies');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table exception_policies;
    drop table claims;
    drop table case_evidence;
    drop table recipient_wishes;
    drop table case_events;
    drop table exception_cases;
  `);
}

-- A fact's first observation is stored in its own row: a row and a key of its own were a third of
-- what a fact costs. The table observations holds the later ones, and all those of facts from
-- before, whose columns here are null.
alter table facts
  add column inbound_message_id uuid,
  -- Whether the message may also report on other numbers; if not, it is found by this one's.
  add column message_shared boolean,
  add column carrier_piece_id text,
  -- The observation's source; the column source is the fact's.
  add column message_source text,
  add column trust text,
  add column by_account boolean,
  add column received_at timestamptz,
  add column local text,
  add column time_precision text,
  add column zone_source text,
  add column offset_min smallint,
  add column zone text,
  add column place jsonb,
  add column zone_facility_id uuid,
  add column neutral_time jsonb;

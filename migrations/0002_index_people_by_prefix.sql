-- Recipients are found by prefixes of the words of their name and email address, as keyed hashes in
-- a table of their own: in shipments, each fact would have copied them. Orders, references and tags
-- are found by each of their words, and numbers by their end.
create table shipment_people (
  shipment_id uuid primary key,
  merchant_id uuid not null,
  mode text not null,
  hashes bigint[] not null
);
-- A short list of pending entries: each search reads all of it.
create index shipment_people_by_hash on shipment_people using gin (hashes)
  with (gin_pending_list_limit = 1024);
call waybill_protect('shipment_people');

-- The tenant's shipments whose people have all these hashes, at most so many. PostgreSQL may not
-- evaluate operators of arrays before row security, so without this function no search would use
-- the index.
create function waybill_shipments_of_people(wanted bigint[], most integer) returns setof uuid
  language sql stable security definer
  set search_path = pg_catalog, public set enable_seqscan = off as $$
  select shipment_id from shipment_people
  where hashes @> wanted and cardinality(wanted) > 0
    and merchant_id = waybill_tenant() and mode = waybill_mode()
  limit most
$$;
-- A function's new owner needs CREATE on the schema, but only at that moment.
grant create on schema public to waybill_pipeline;
alter function waybill_shipments_of_people(bigint[], integer) owner to waybill_pipeline;
revoke create on schema public from waybill_pipeline;
revoke all on function waybill_shipments_of_people(bigint[], integer) from public;
grant execute on function waybill_shipments_of_people(bigint[], integer) to waybill_app;

-- False for shipments stored by an earlier version, also beside this one; maintenance indexes them.
alter table shipments add column indexed boolean not null default false;

-- The earlier version reads and writes people_hashes, which this one does not use. They are of the
-- people it knew, so they go with these.
create function waybill_forget_hashes() returns trigger language plpgsql as $$
begin
  new.people_hashes := null;
  return new;
end $$;
create trigger shipments_hashes_forgotten before update of personal on shipments
  for each row
  when (old.people_hashes is not null
    and old.people_hashes is not distinct from new.people_hashes
    and old.personal is distinct from new.personal)
  execute function waybill_forget_hashes();

create function waybill_forget_people() returns trigger language plpgsql as $$
begin
  delete from shipment_people where shipment_id = old.id;
  return null;
end $$;
create trigger shipments_people_forgotten after update of personal, tags, deleted_at on shipments
  for each row
  when (old.personal is distinct from new.personal
    or old.deleted_at is distinct from new.deleted_at
    or new.tags @> array['archived'] and not old.tags @> array['archived'])
  execute function waybill_forget_people();
create trigger shipments_people_deleted after delete on shipments
  for each row
  execute function waybill_forget_people();

-- Terms that match by prefix: texts and each word in them (":"), and numbers backwards ("<").
create function waybill_prefix_terms(number text, texts text[]) returns setof text
  language sql immutable as $$
  select ':' || lower(given collate "C") from unnest(number || texts) as given
  where given is not null
  union
  select ':' || lower(word collate "C")
  from unnest(texts) as given,
    regexp_split_to_table(given collate "C", '[[:space:][:punct:]]+') with ordinality as w(word, place)
  where place between 2 and 9 and word <> ''
  union
  select '<' || reverse(lower(number collate "C"))
$$;

create or replace function waybill_shipment_terms(s shipments) returns setof text
  language sql stable as $$
  select waybill_prefix_terms(s.tracking_number, s.metadata->>'reference' || s.order_ids || s.tags)
  union all
  select distinct waybill_exact_term('order', given) from unnest(s.order_ids) as given
  union all
  select distinct waybill_exact_term('tag', given) from unnest(s.tags) as given
  union all
  select distinct waybill_metadata_terms(s.metadata)
  union all
  select distinct waybill_exact_term('carrier', given) from unnest(array[s.carrier]) as given
$$;

drop trigger shipments_indexed_anew on shipments;
create trigger shipments_indexed_anew after update
  of tracking_number, order_ids, tags, metadata, deleted_at
  on shipments
  for each row
  when (old.tracking_number is distinct from new.tracking_number
    or old.order_ids is distinct from new.order_ids
    or old.tags is distinct from new.tags
    or old.metadata is distinct from new.metadata
    or old.deleted_at is distinct from new.deleted_at)
  execute function waybill_index_shipment();

create or replace function waybill_index_shipments() returns trigger language plpgsql as $$
begin
  -- The same terms as waybill_shipment_terms, for many shipments at once.
  insert into shipment_terms (shipment_id, merchant_id, mode, term)
  with terms as (
    select s.id, s.merchant_id, s.mode, term
    from made s, waybill_prefix_terms(s.tracking_number,
      s.metadata->>'reference' || s.order_ids || s.tags) as term
    where s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, waybill_exact_term('order', given)
    from made s, unnest(s.order_ids) as given where s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, waybill_exact_term('tag', given)
    from made s, unnest(s.tags) as given where s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, given
    from made s, waybill_metadata_terms(s.metadata) as given where s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, waybill_exact_term('carrier', s.carrier)
    from made s where s.deleted_at is null)
  -- In the order of the index.
  select id, merchant_id, mode, term from terms order by id;
  return null;
end $$;

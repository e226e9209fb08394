import type { Knex } from 'knex';

/**
 * What shipments are found by. Texts that anybody may read begin with a colon and are compared by their
 * beginning; people are found by keyed hashes, which begin with `#`. Triggers keep them, so that no
 * way of writing a shipment can forget them, and what is erased is not found any more.
 *
 * Compared byte by byte, by operators that may look at rows before row security has: a search by LIKE
 * or by an array's members would read the whole table instead.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table shipments add column people_hashes text[];

    -- One key for all merchants, sealed: hashes hold the merchant's id, too.
    create table hash_keys (id text primary key, key bytea not null);
    alter table hash_keys enable row level security;
    alter table hash_keys force row level security;
    create policy pipeline on hash_keys to waybill_pipeline using (true) with check (true);
    grant select, insert, update on hash_keys to waybill_pipeline;

    create table shipment_terms (
      shipment_id uuid not null,
      merchant_id uuid not null,
      mode text not null,
      term text collate "C" not null,
      primary key (shipment_id, term)
    );
    create index shipment_terms_by_term on shipment_terms (merchant_id, mode, term, shipment_id);

    create function waybill_shipment_terms(s shipments) returns setof text language sql stable
    as $$
      select distinct ':' || lower(given collate "C")
      from unnest(array[s.tracking_number, s.metadata->>'reference'] || s.order_ids || s.tags) as given
      where given is not null
      union all
      select distinct '#' || hash from unnest(s.people_hashes) as hash
    $$;

    create function waybill_index_shipment() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'INSERT' then
        delete from shipment_terms where shipment_id = old.id;
      end if;
      if tg_op <> 'DELETE' and new.deleted_at is null then
        insert into shipment_terms (shipment_id, merchant_id, mode, term)
        select new.id, new.merchant_id, new.mode, term from waybill_shipment_terms(new) as term;
      end if;
      return null;
    end $$;

    call waybill_protect('shipment_terms');

    create trigger shipments_indexed after insert or delete on shipments
      for each row execute function waybill_index_shipment();
    create trigger shipments_indexed_anew
      after update of tracking_number, order_ids, tags, metadata, people_hashes, deleted_at on shipments
      for each row when (
        (old.tracking_number, old.order_ids, old.tags, old.metadata->>'reference', old.people_hashes,
         old.deleted_at)
        is distinct from
        (new.tracking_number, new.order_ids, new.tags, new.metadata->>'reference', new.people_hashes,
         new.deleted_at))
      execute function waybill_index_shipment();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger shipments_indexed_anew on shipments;
    drop trigger shipments_indexed on shipments;
    drop function waybill_index_shipment();
    drop function waybill_shipment_terms(shipments);
    drop table shipment_terms;
    drop table hash_keys;
    alter table shipments drop column people_hashes;
  `);
}

-- Parcels of an order as public_order_parcels(text, text) returns them, by any of the names that the
-- visitor may mean, the likeliest first. Capitals of A to Z do not matter. Of each shop, only parcels
-- of the order that fits best are returned, so that two orders of similar names are never one.
-- Texts and tags have the same terms as orders, therefore only some of them are compared.
create function public_order_parcels(names text[], shop text)
  returns table (merchant_id uuid, mode text, merchant_slug text, order_lookup text, carrier text,
                 tracking_number text, personal bytea, data_key bytea)
  language sql stable security definer set search_path = pg_catalog, public as $$
  with found as materialized (
    select m.id, m.slug, m.order_lookup, k.mode, k.order_id from merchants m
    cross join lateral (
      select k.mode, o.order_id
      from (values ('live'), ('test')) as k(mode)
      cross join unnest(names) with ordinality as n(name, rank)
      cross join lateral (
        (select t.shipment_id from shipment_terms t
         where t.merchant_id = m.id and t.mode = k.mode
           and t.term = public.waybill_exact_term('order', n.name) limit 1)
        union all
        (select t.shipment_id from shipment_terms t
         where t.merchant_id = m.id and t.mode = k.mode and t.term = ':' || lower(n.name collate "C")
         order by t.shipment_id desc limit 50)) as t
      join shipments s on s.id = t.shipment_id and s.deleted_at is null
      cross join unnest(s.order_ids) as o(order_id)
      where lower(o.order_id collate "C") = lower(n.name collate "C")
      order by k.mode, n.rank, o.order_id = n.name desc limit 1) as k
    where m.order_lookup <> 'off' and (shop is null or m.slug = shop or (
      not exists (select from merchants where slug = shop)
      and (lower(m.name) = lower(shop) or exists (
        select from branding b where b.merchant_id = m.id and b.mode in ('live', k.mode)
          and lower(b.document->>'name') = lower(shop)))))
    limit 20)
  select h.id, h.mode, h.slug, h.order_lookup, s.carrier, s.tracking_number, s.personal, s.data_key
  from found h cross join lateral (
    select s.carrier, s.tracking_number, s.personal, s.data_key, t.shipment_id
    from shipment_terms t join shipments s on s.id = t.shipment_id
    where t.merchant_id = h.id and t.mode = h.mode
      and t.term = public.waybill_exact_term('order', h.order_id)
      and s.order_ids @> array[h.order_id] and s.deleted_at is null
    order by t.shipment_id desc limit 200 / (select count(*) from found)) as s
  order by s.shipment_id desc
$$;
grant create on schema public to waybill_pipeline;
alter function public_order_parcels(text[], text) owner to waybill_pipeline;
revoke create on schema public from waybill_pipeline;
revoke all on function public_order_parcels(text[], text) from public;
grant execute on function public_order_parcels(text[], text) to waybill_public;
-- down
drop function public_order_parcels(text[], text);

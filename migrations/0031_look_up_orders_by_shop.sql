-- Parcels of an order, at most 200, with the same share for each shop that has it, so that no shop's
-- parcels displace another's: its newest. At most 20 shops: those that allow listing parcels, and
-- that `shop` names by its slug, or by its public name if it is no slug; null: any. As on the page of
-- a number, a merchant's live parcels hide its test ones. Version 0.1.0 uses the function of the same
-- name with one argument.
create function public_order_parcels(wanted text, shop text)
  returns table (merchant_id uuid, mode text, merchant_slug text, order_lookup text, carrier text,
                 tracking_number text, personal bytea, data_key bytea)
  language sql stable security definer set search_path = pg_catalog, public as $$
  with found as materialized (
    select m.id, m.slug, m.order_lookup, k.mode from merchants m
    cross join lateral (
      select k.mode from (values ('live'), ('test')) as k(mode)
      where exists (select from shipment_terms t where t.merchant_id = m.id and t.mode = k.mode
                      and t.term = public.waybill_exact_term('order', wanted))
      order by k.mode limit 1) as k
    where m.order_lookup <> 'off' and (shop is null or m.slug = shop or (
      not exists (select from merchants where slug = shop)
      and (lower(m.name) = lower(shop) or exists (
        select from branding b where b.merchant_id = m.id and b.mode in ('live', k.mode)
          and lower(b.document->>'name') = lower(shop)))))
    limit 20)
  select h.id, h.mode, h.slug, h.order_lookup, s.carrier, s.tracking_number, s.personal, s.data_key
  from found h cross join lateral (
    -- Ids begin with the time, so the index has the newest last. The nested limit prevents reading
    -- and sorting all parcels of a big order.
    select s.carrier, s.tracking_number, s.personal, s.data_key, t.shipment_id
    from shipment_terms t join shipments s on s.id = t.shipment_id
    where t.merchant_id = h.id and t.mode = h.mode
      and t.term = public.waybill_exact_term('order', wanted)
      and s.order_ids @> array[wanted] and s.deleted_at is null
    order by t.shipment_id desc limit 200 / (select count(*) from found)) as s
  order by s.shipment_id desc
$$;
-- A function's new owner needs CREATE on the schema, but only at that moment.
grant create on schema public to waybill_pipeline;
alter function public_order_parcels(text, text) owner to waybill_pipeline;
revoke create on schema public from waybill_pipeline;
revoke all on function public_order_parcels(text, text) from public;
grant execute on function public_order_parcels(text, text) to waybill_public;
-- down
drop function public_order_parcels(text, text);

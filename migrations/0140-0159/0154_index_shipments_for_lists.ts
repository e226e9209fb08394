import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** A million parcels take minutes: they are gone through while others come in. */
export const config = { transaction: false };

/** Few: their rows are held against the pipeline, which takes several of them, too. */
const AT_ONCE = 500;
/** As in 0151: all that comes after a lock that is waited for queues behind it. */
const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

/**
 * Lists by order, tag and metadata look up terms, as searches do: equality of texts may be asked before row
 * security is, `@>` may not. They begin with `=` and are hashes of what is looked for, exactly as it was
 * written; numbers are written in one way. The parcels of an order that the public may see are found so, too.
 */
const FUNCTIONS = `
  create or replace function waybill_exact_term(kind text, given text) returns text
  language sql immutable parallel safe as $$
    select '=' || encode(substr(sha256(convert_to(kind || E'\\n' || given, 'UTF8')), 1, 16), 'hex')
  $$;

  create or replace function waybill_metadata_terms(given jsonb) returns setof text
  language sql immutable as $$
    select waybill_exact_term('metadata', key || E'\\n' ||
      case jsonb_typeof(value) when 'number' then trim_scale(value::numeric)::text
        else value #>> '{}' end)
    from jsonb_each(case jsonb_typeof(given) when 'object' then given else '{}' end)
    where jsonb_typeof(value) <> 'null'
  $$;

  create or replace function waybill_shipment_terms(s shipments) returns setof text language sql stable
  as $$
    select distinct ':' || lower(given collate "C")
    from unnest(array[s.tracking_number, s.metadata->>'reference'] || s.order_ids || s.tags) as given
    where given is not null
    union all
    select distinct '#' || hash from unnest(s.people_hashes) as hash
    union all
    select distinct waybill_exact_term('order', given) from unnest(s.order_ids) as given
    union all
    select distinct waybill_exact_term('tag', given) from unnest(s.tags) as given
    union all
    select distinct waybill_metadata_terms(s.metadata)
  $$;
`;

/** Last of all: until every parcel is filled in it would not find those that are not. */
const ORDER_PARCELS = `
  create or replace function public_order_parcels(wanted text)
    returns table (merchant_id uuid, merchant_slug text, order_lookup text,
                   carrier text, tracking_number text, personal bytea, data_key bytea)
    language sql stable security definer set search_path = pg_catalog, public
    as $$
      select m.id, m.slug, m.order_lookup, s.carrier, s.tracking_number, s.personal, s.data_key
      from merchants m
      cross join (values ('live'), ('test')) as k(mode)
      join shipment_terms t on t.merchant_id = m.id and t.mode = k.mode
        and t.term = public.waybill_exact_term('order', wanted)
      join shipments s on s.id = t.shipment_id
      where m.order_lookup <> 'off' and s.order_ids @> array[wanted] and s.deleted_at is null
        and (k.mode = 'live' or not exists (
          select from shipment_terms l where l.merchant_id = m.id and l.mode = 'live'
            and l.term = public.waybill_exact_term('order', wanted)))
      order by s.created_at desc
      limit 200
    $$;
`;

const trigger = (metadata: string): string => `
  create or replace trigger shipments_indexed_anew
    after update of tracking_number, order_ids, tags, metadata, people_hashes, deleted_at on shipments
    for each row when (
      (old.tracking_number, old.order_ids, old.tags, old.${metadata}, old.people_hashes, old.deleted_at)
      is distinct from
      (new.tracking_number, new.order_ids, new.tags, new.${metadata}, new.people_hashes, new.deleted_at))
    execute function waybill_index_shipment();
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(FUNCTIONS);
  await replaceTrigger(knex, 'metadata');
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { last, held } = await untilFree(() => fillNext(knex, after));
    if (held < AT_ONCE) break;
    after = last;
  }
  await knex.raw(ORDER_PARCELS);
}

async function replaceTrigger(knex: Knex, metadata: string): Promise<void> {
  // In one message: that is one transaction, and so the limit ends.
  await untilFree(() => knex.raw(`set local lock_timeout = ${LOCK_MS_MAX}; ${trigger(metadata)}`));
}

/** Once more when a lock is not to be had in time, or two have waited for each other. */
async function untilFree<T>(work: () => PromiseLike<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const isInTheWay = code === '55P03' || code === '40P01';
      if (!isInTheWay || tries === TRIES_MAX) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** The last id and how many it held. Their rows are held, so that no change comes in between. */
async function fillNext(knex: Knex, after: string): Promise<{ last: string; held: number }> {
  return knex.transaction(async (trx) => {
    await trx.raw(`set local lock_timeout = ${LOCK_MS_MAX}; set local role waybill_pipeline`);
    const { rows } = await trx.raw(
      `with held as (
         select s, s.id from shipments s where s.id > ? order by s.id limit ? for share),
       filled as (
         insert into shipment_terms (shipment_id, merchant_id, mode, term)
         select (h.s).id, (h.s).merchant_id, (h.s).mode, term
         from held h, waybill_shipment_terms(h.s) as term
         where (h.s).deleted_at is null on conflict do nothing)
       select id from held order by id desc`,
      [after, AT_ONCE],
    );
    return { last: rows[0]?.id ?? after, held: rows.length };
  });
}

export async function down(knex: Knex): Promise<void> {
  // Once: what runs in somebody's transaction cannot be tried again within it. Only the first lock has a limit.
  await knex.transaction(async (trx) => {
    await trx.raw(`set local lock_timeout = ${LOCK_MS_MAX}; ${trigger("metadata->>'reference'")}`);
    await trx.raw('set local lock_timeout = 0');
    await trx.raw(`
      create or replace function waybill_shipment_terms(s shipments) returns setof text language sql stable
      as $$
        select distinct ':' || lower(given collate "C")
        from unnest(array[s.tracking_number, s.metadata->>'reference'] || s.order_ids || s.tags) as given
        where given is not null
        union all
        select distinct '#' || hash from unnest(s.people_hashes) as hash
      $$;
      create or replace function public_order_parcels(wanted text)
        returns table (merchant_id uuid, merchant_slug text, order_lookup text,
                       carrier text, tracking_number text, personal bytea, data_key bytea)
        language sql stable security definer set search_path = pg_catalog, public
        as $$
          select m.id, m.slug, m.order_lookup, s.carrier, s.tracking_number, s.personal, s.data_key
          from shipments s join merchants m on m.id = s.merchant_id
          where s.order_ids @> array[wanted] and s.deleted_at is null and m.order_lookup <> 'off'
            and (s.mode = 'live' or not exists (
              select from shipments l where l.order_ids @> array[wanted] and l.deleted_at is null
                and l.merchant_id = s.merchant_id and l.mode = 'live'))
          order by s.created_at desc
          limit 200
        $$;
      set local role waybill_pipeline;
      delete from shipment_terms where term >= '=' and term < '>';
      set local role none;
      drop function waybill_metadata_terms(jsonb);
      drop function waybill_exact_term(text, text);
    `);
  });
}

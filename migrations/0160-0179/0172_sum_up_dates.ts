import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** A million parcels take minutes: they are gone through while others come in. */
export const config = { transaction: false };

/** As in 0154: their rows are held against the pipeline, which takes several of them, too. */
const AT_ONCE = 500;
const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

/** Dates at hand-over that came true and are not in the sums yet: all there are, at first. */
const UNCOUNTED = 'edd_promises_uncounted';

/**
 * How our dates and the carrier's compare, summed up by week and carrier, for a chart that would read the
 * dates of a hundred thousand parcels; each of our dates remembers what it has added, so that it can be taken
 * back. And shipments are found by their carrier as they are by a tag: a rare one's stand anywhere in the list.
 */
const SUMS = `
  create table edd_compared_weeks (
    merchant_id uuid not null,
    mode text not null check (mode in ('test', 'live')),
    -- The Monday of the week of delivery, by the calendar of the destination.
    week date not null,
    carrier text not null,
    parcels integer not null,
    -- By how many days the dates were wrong, added up.
    ours_days bigint not null,
    carrier_days bigint not null,
    primary key (merchant_id, mode, week, carrier)
  );
  create index edd_compared_weeks_by_week on edd_compared_weeks (week);
  call waybill_protect_readable('edd_compared_weeks');
  alter table edd_promises
    -- Null: nothing of it is in the sums. Without days: there was no date to compare it with.
    add column counted_on date,
    add column counted_ours_days integer,
    add column counted_carrier_days integer;
`;

/** All of them are `distinct`: with one that is not PostgreSQL 18 cannot plan the whole over the table. */
const terms = (more: string): string => `
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
    select distinct waybill_metadata_terms(s.metadata)${more}
  $$;
`;

const BY_CARRIER = `
    union all
    select distinct waybill_exact_term('carrier', given) from unnest(array[s.carrier]) as given`;

export async function up(knex: Knex): Promise<void> {
  const has = await knex.schema.hasTable('edd_compared_weeks');
  // In one message: that is one transaction, and so the limit ends.
  if (!has) await untilFree(() => knex.raw(`set local lock_timeout = ${LOCK_MS_MAX}; ${SUMS}`));
  await indexUncounted(knex);
  // Who has written a parcel by the older terms and not committed would be passed by: it is waited for.
  const anew = `set local lock_timeout = ${LOCK_MS_MAX}; lock table shipments in share row exclusive mode;
    ${terms(BY_CARRIER)}`;
  await untilFree(() => knex.raw(anew));
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { last, held } = await untilFree(() => fillNext(knex, after));
    if (held < AT_ONCE) break;
    after = last;
  }
}

async function indexUncounted(knex: Knex): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const { rows } = await knex.raw(
    `select from pg_index where indexrelid = to_regclass('${UNCOUNTED}') and not indisvalid`,
  );
  if (rows.length > 0) await knex.raw(`drop index concurrently ${UNCOUNTED}`);
  await knex.raw(`create index concurrently if not exists ${UNCOUNTED} on edd_promises (id)
    where whose = 'ours' and at_hand_over and delivered_on is distinct from counted_on`);
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

/** The last id and how many it held. Their rows are held, so that none is deleted in between. */
async function fillNext(knex: Knex, after: string): Promise<{ last: string; held: number }> {
  return knex.transaction(async (trx) => {
    await trx.raw(`set local lock_timeout = ${LOCK_MS_MAX}; set local role waybill_pipeline`);
    const { rows } = await trx.raw(
      `with held as (
         select id, merchant_id, mode, carrier, deleted_at from shipments where id > ?
         order by id limit ? for share),
       filled as (
         insert into shipment_terms (shipment_id, merchant_id, mode, term)
         select id, merchant_id, mode, waybill_exact_term('carrier', carrier) from held
         where deleted_at is null on conflict do nothing)
       select id from held order by id desc`,
      [after, AT_ONCE],
    );
    return { last: rows[0]?.id ?? after, held: rows.length };
  });
}

export async function down(knex: Knex): Promise<void> {
  // Once: what runs in somebody's transaction cannot be tried again within it. Only the first lock has a limit.
  await knex.transaction(async (trx) => {
    await trx.raw(`
      set local lock_timeout = ${LOCK_MS_MAX};
      drop index ${UNCOUNTED};
      alter table edd_promises drop column counted_on, drop column counted_ours_days,
        drop column counted_carrier_days;
      set local lock_timeout = 0;
      drop table edd_compared_weeks;
      ${terms('')}
      set local role waybill_pipeline;
      delete from shipment_terms t using (
        select distinct waybill_exact_term('carrier', carrier) as term from shipments) c
      where t.term = c.term;
      set local role none;
    `);
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** A million parcels take minutes: they are gone through while others come in. */
export const config = { transaction: false };

/** Few: their rows are held against the pipeline, which takes several of them, too. */
const AT_ONCE = 500;
/** Shorter than the second after which PostgreSQL would end one of two that wait for each other: it is never the hub. */
const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;
const INDEX = 'shipments_without_people';

/**
 * What there was before is found, too: by its numbers, orders, references and tags from here on, by its
 * people once maintenance has worked out their hashes, for which the key is needed. Begun again after a
 * cut it passes by what is there.
 */
export async function up(knex: Knex): Promise<void> {
  const broken = await knex('pg_index')
    .whereRaw('indexrelid = to_regclass(?) and not indisvalid', [INDEX])
    .select('indexrelid');
  if (broken.length > 0) await knex.raw(`drop index concurrently ${INDEX}`);
  await knex.raw(`create index concurrently if not exists ${INDEX} on shipments (id)
    where personal is not null and people_hashes is null`);
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { last, held } = await untilFree(() => fillNext(knex, after));
    if (held < AT_ONCE) return;
    after = last;
  }
}

/** Once more when a lock is not to be had in time, or two have waited for each other. */
async function untilFree<T>(work: () => Promise<T>): Promise<T> {
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
  await knex.raw(`drop index if exists ${INDEX}`);
}

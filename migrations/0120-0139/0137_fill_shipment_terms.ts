import type { Knex } from 'knex';

/** A million parcels take a minute: they are gone through while others come in. */
export const config = { transaction: false };

const AT_ONCE = 5_000;
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
    const last = await fillNext(knex, after);
    if (last === null) return;
    after = last;
  }
}

/** The last id; null: there were none. Their rows are held, so that no change comes in between. */
async function fillNext(knex: Knex, after: string): Promise<string | null> {
  return knex.transaction(async (trx) => {
    await trx.raw('set local role waybill_pipeline');
    const { rows } = await trx.raw(
      `with held as (
         select s, s.id from shipments s where s.id > ? order by s.id limit ? for share),
       filled as (
         insert into shipment_terms (shipment_id, merchant_id, mode, term)
         select (h.s).id, (h.s).merchant_id, (h.s).mode, term
         from held h, waybill_shipment_terms(h.s) as term
         where (h.s).deleted_at is null on conflict do nothing)
       select id from held order by id desc limit 1`,
      [after, AT_ONCE],
    );
    return rows[0]?.id ?? null;
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`drop index if exists ${INDEX}`);
}

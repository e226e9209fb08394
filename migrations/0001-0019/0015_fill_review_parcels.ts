import type { Knex } from 'knex';

/** Committed stretch by stretch, so that no lock lasts; what is there already stays. */
export const config = { transaction: false };

/** Shipments in one transaction: some ten thousand facts. */
const STRETCH = 2_000;
/** A shipment or an entry that is deleted meanwhile fails its stretch; it is gone the next time. */
const TRIES_MAX = 5;

/** The parcels of codes that were unknown before parcels were kept. */
export async function up(knex: Knex): Promise<void> {
  let after: string | null = '00000000-0000-0000-0000-000000000000';
  for (let tries = 1; after !== null; ) {
    try {
      after = await fillStretch(knex, after);
      tries = 1;
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === '23503';
      if (!isGone || tries === TRIES_MAX) throw error;
      tries += 1;
    }
  }
}

/** The last shipment of the stretch after that one; null: there is none, or nothing to look for. */
async function fillStretch(knex: Knex, after: string): Promise<string | null> {
  return knex.transaction(async (trx) => {
    // The owner is no superuser everywhere, and forced security would hide the rows from it.
    await trx.raw('set local role waybill_pipeline');
    const { rows } = await trx.raw<{ rows: { last: string | null }[] }>(
      `with stretch as (
         select id, carrier from shipments
         where id > ?::uuid and exists (select from review_entries)
         order by id limit ?),
       filled as (
         insert into review_parcels (carrier, codes_key, shipment_id)
         select distinct r.carrier, r.codes_key, s.id
         from stretch s
         join facts f on f.shipment_id = s.id and not f.known
         join review_entries r on r.carrier = s.carrier and r.codes = f.codes
         on conflict do nothing)
       select (select id from stretch order by id desc limit 1) as last`,
      [after, STRETCH],
    );
    return rows[0]?.last ?? null;
  });
}

/** The table goes with the migration that made it. */
export async function down(): Promise<void> {}

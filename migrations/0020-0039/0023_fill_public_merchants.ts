import type { Knex } from 'knex';

/** Committed stretch by stretch, so that no lock lasts; what is there already stays. */
export const config = { transaction: false };

/** Public answers in one transaction. */
const STRETCH = 2_000;

interface Key {
  readonly tracking_number: string;
  readonly carrier: string;
}

/** Whose the public answers are that were there before it was kept. */
export async function up(knex: Knex): Promise<void> {
  let after: Key | null = { tracking_number: '', carrier: '' };
  while (after !== null) after = await fillStretch(knex, after);
}

/** The last answer of the stretch after that one; null: there is none. */
async function fillStretch(knex: Knex, after: Key): Promise<Key | null> {
  return knex.transaction(async (trx) => {
    // The owner is no superuser everywhere, and forced security would hide the rows from it.
    await trx.raw('set local role waybill_pipeline');
    const { rows } = await trx.raw<{ rows: Key[] }>(
      `with stretch as (
         select tracking_number, carrier from public_tracks
         where (tracking_number, carrier) > (?, ?)
         order by tracking_number, carrier limit ?),
       -- Live parcels hide test ones, here as in the answer itself.
       each as (
         select carrier, tracking_number, s.merchant_id, s.mode,
                bool_or(s.mode = 'live') over (partition by carrier, tracking_number) as is_live
         from stretch join shipments s using (carrier, tracking_number)
         where s.deleted_at is null),
       own as (
         select carrier, tracking_number, (array_agg(merchant_id))[1] as merchant_id,
                min(mode) as mode
         from each where mode = 'live' or not is_live
         group by carrier, tracking_number having count(distinct merchant_id) = 1),
       filled as (
         update public_tracks t set merchant_id = own.merchant_id, mode = own.mode from own
         where own.carrier = t.carrier and own.tracking_number = t.tracking_number
           and t.merchant_id is null)
       select tracking_number, carrier from stretch
       order by tracking_number desc, carrier desc limit 1`,
      [after.tracking_number, after.carrier, STRETCH],
    );
    return rows[0] ?? null;
  });
}

/** The column goes with the migration that made it. */
export async function down(): Promise<void> {}

import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryColumn } from '../../platform/database/query-rows.ts';

/**
 * Returns the merchants (of all, or the given one) whose own rules for a carrier are newer than
 * that generation.
 */
export function merchantsChangedSince(
  db: Queryable,
  about: { readonly carrier: string; readonly merchantId: string | null },
  generation: number,
): Promise<string[]> {
  return queryColumn<string>(
    db,
    `select merchant_id from mapping_overlays
     where carrier = $1 and generation > $2 and merchant_id is not null
       and ($3::uuid is null or merchant_id = $3)
     order by merchant_id`,
    [about.carrier, generation, about.merchantId],
  );
}

/**
 * Whether a job for everybody's parcels of a carrier is waiting. A merchant's own job is
 * interrupted for it.
 */
export function isWholeWaiting(db: Queryable, carrier: string): Promise<boolean> {
  return queryAny(db, {
    name: 'whole_renormalization_waiting',
    text: `select from mapping_jobs
           where carrier = $1 and kind = 'renormalize' and state = 'waiting'
             and scope->>'merchant_id' is null limit 1`,
    values: [carrier],
  });
}

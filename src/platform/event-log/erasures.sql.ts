import type { Queryable } from '../database/database.ts';
import { queryCount, queryRows, type Row } from '../database/query-rows.ts';

/** An erasure, with the number that the subject had, for whoever would send or receive it again. */
export type Erasure = Row<
  'erasures',
  'subjectId' | 'merchantId' | 'mode' | 'carrier' | 'trackingNumber'
>;

/**
 * Replaces the data of all entries about the subject `left.id` with `left`; id, sequence and type
 * stay. The number is no longer in the entries: consumers that need it call `erasuresOf`.
 */
export async function eraseLog(
  tx: Queryable,
  shard: number,
  left: Readonly<{ id: string }>,
): Promise<void> {
  await tx.query({
    name: 'erase_log',
    text: `update event_log set data = $2, previous_attributes = '{}'
           where shard = $3 and subject_id = $1 and (data <> $2 or previous_attributes <> '{}')`,
    values: [left.id, JSON.stringify(left), shard],
  });
}

/** Records the erasure, so that it can be repeated on restored data. */
export async function rememberErasure(tx: Queryable, erased: Erasure, atMs: number): Promise<void> {
  await tx.query({
    name: 'remember_erasure',
    text: `insert into erasures (subject_id, merchant_id, mode, carrier, tracking_number, erased_at)
           values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0)) on conflict do nothing`,
    values: [
      erased.subjectId,
      erased.merchantId,
      erased.mode,
      erased.carrier,
      erased.trackingNumber,
      atMs,
    ],
  });
}

/**
 * Columns by name: a statement prepared with `*` fails in every running process when a migration
 * adds one.
 */
const COLUMNS = `
  subject_id, merchant_id, mode, carrier, tracking_number`;

/** Returns recent erasures of these subjects. */
export async function erasuresOf(
  db: Queryable,
  subjectIds: readonly string[],
): Promise<readonly Erasure[]> {
  if (subjectIds.length === 0) return [];
  return queryRows<Erasure>(db, {
    name: 'erasures_of',
    text: `select ${COLUMNS} from erasures where subject_id = any($1::uuid[])`,
    values: [subjectIds],
  });
}

/** Returns recent erasures that concern these numbers. */
export async function erasuresOfNumbers(
  db: Queryable,
  numbers: readonly { readonly carrier: string; readonly trackingNumber: string }[],
): Promise<readonly Erasure[]> {
  if (numbers.length === 0) return [];
  return queryRows<Erasure>(db, {
    name: 'erasures_of_numbers',
    text: `select distinct ${COLUMNS} from unnest($1::text[], $2::text[]) as n(carrier, tracking_number)
           join erasures e using (carrier, tracking_number)`,
    values: [numbers.map((n) => n.carrier), numbers.map((n) => n.trackingNumber)],
  });
}

/** Deletes at most `limit` older erasures; returns how many. */
export function dropErasuresBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(db, {
    name: 'drop_old_erasures',
    text: `delete from erasures where subject_id in (
             select subject_id from erasures where erased_at < to_timestamp($1 / 1000.0) limit $2)`,
    values: [beforeMs, limit],
  });
}

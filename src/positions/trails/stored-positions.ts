import type { Queryable } from '../../platform/database/database.ts';
import type { Partition } from '../../platform/partitions/partitions.sql.ts';
import { bucketOf, latestOf, type Recorded, recordsOf, wordsOfUuid } from './journal-record.ts';
import { unpackStretch } from './stretch.ts';
import {
  journalOf,
  lastStretchesOf,
  type StoredStretch,
  stretchesBetween,
  takeStretches,
} from './stretches.sql.ts';
import { lastRowsOf, positionsBetween, type StoredPosition, toStored } from './trails.sql.ts';

export interface FoundPositions {
  readonly positions: readonly StoredPosition[];
  /** Some that are later than this were left out, because there are too many; infinity: none were. */
  readonly completeToMs: number;
}

/**
 * A courier's positions that are not simplified yet, wherever they are, in the order of time; what was sent twice,
 * once. Of more than `limit` the earliest are read. Needs the pipeline's role.
 */
export async function storedPositions(
  db: Queryable,
  courierId: string,
  span: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
): Promise<FoundPositions> {
  const words = wordsOfUuid(courierId);
  // The journal first: what is taken from there to its day meanwhile is found twice, not never.
  const journal = recordsOf(await journalOf(db, bucketOf(words, 0)), words);
  const { stretches, leftOutFromMs } = await stretchesBetween(db, courierId, span);
  const rows = await positionsBetween(db, courierId, span);
  const lastRowMs = rows.length < span.limit ? Number.POSITIVE_INFINITY : (rows.at(-1)?.atMs ?? 0);
  const completeToMs = Math.min(leftOutFromMs - 1, lastRowMs);
  const recorded = [...journal, ...stretches.flatMap(unpacked)].filter(
    ({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs,
  );
  const found = inOrder([...recorded.map(toStored), ...rows]);
  const positions = found.filter(({ atMs }) => atMs <= completeToMs).slice(0, span.limit);
  const isWhole = positions.length === found.length;
  return {
    positions,
    completeToMs: isWhole ? completeToMs : (positions.at(-1)?.atMs ?? completeToMs),
  };
}

/** Takes a courier's earliest stretches out of a day, of so many positions or a few more. */
export async function takeStretched(
  tx: Queryable,
  partition: Pick<Partition, 'name'>,
  courierId: string,
  limit: number,
): Promise<StoredPosition[]> {
  const stretches = await takeStretches(tx, partition, courierId, limit);
  return inOrder(stretches.flatMap(unpacked).map(toStored));
}

/** When these sent a position last, not before then; epoch ms. Needs the pipeline's role. */
export async function lastPositionsOf(
  db: Queryable,
  courierIds: readonly string[],
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const last = new Map<string, number>();
  if (courierIds.length === 0) return last;
  const note = (courierId: string, atMs: number) => {
    if (atMs >= sinceMs) last.set(courierId, Math.max(atMs, last.get(courierId) ?? atMs));
  };
  const byBucket = new Map<number, string[]>();
  for (const courierId of courierIds) {
    const bucket = bucketOf(wordsOfUuid(courierId), 0);
    byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), courierId]);
  }
  for (const [bucket, own] of byBucket) {
    const latest = latestOf(await journalOf(db, bucket), own);
    for (const [courierId, atMs] of latest) note(courierId, atMs);
  }
  for (const find of [lastStretchesOf, lastRowsOf]) {
    for (const [courierId, atMs] of await find(db, courierIds, sinceMs)) note(courierId, atMs);
  }
  return last;
}

function unpacked({ atMs, packed }: StoredStretch): Recorded[] {
  return unpackStretch(packed, atMs);
}

/** Each time once, as the judge was kindest to it. */
function inOrder(positions: readonly StoredPosition[]): StoredPosition[] {
  const sorted = [...positions].sort((a, b) => a.atMs - b.atMs || a.verdict - b.verdict);
  return sorted.filter(({ atMs }, nr) => nr === 0 || atMs !== sorted[nr - 1]?.atMs);
}

import type { CodeMatch } from '../adapters/contract.ts';
import type { Queryable } from '../platform/database.ts';

/** A code nobody has judged yet, as seen in one fact. */
export interface UnknownCode {
  readonly carrier: string;
  readonly codes: CodeMatch;
  readonly receiptId: string;
  readonly seenAtMs: number;
}

/**
 * Counts unknown codes by carrier and code. Rows go in the order of their key, so that two shards
 * that meet the same codes wait for each other and never deadlock.
 */
export async function countUnknownCodes(
  db: Queryable,
  unknown: readonly UnknownCode[],
): Promise<void> {
  if (unknown.length === 0) return;
  const grouped = new Map<string, UnknownCode & { count: number; codesKey: string }>();
  for (const each of unknown) {
    const codesKey = codesKeyOf(each.codes);
    const key = `${each.carrier}\n${codesKey}`;
    const group = grouped.get(key);
    grouped.set(key, { ...(group ?? each), codesKey, count: (group?.count ?? 0) + 1 });
  }
  const rows = [...grouped].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await db.query({
    name: 'count_unknown_codes',
    text: `
      insert into review_entries as r (carrier, codes_key, codes, seen_count, first_seen_at,
                                       last_seen_at, example_receipt_id)
      select u.carrier, u.codes_key, u.codes, u.seen, to_timestamp(u.seen_ms / 1000.0),
             to_timestamp(u.seen_ms / 1000.0), u.receipt_id
      from unnest($1::text[], $2::text[], $3::jsonb[], $4::int[], $5::float8[], $6::uuid[])
        as u(carrier, codes_key, codes, seen, seen_ms, receipt_id)
      on conflict (carrier, codes_key) do update
        set seen_count = r.seen_count + excluded.seen_count,
            first_seen_at = least(r.first_seen_at, excluded.first_seen_at),
            last_seen_at = greatest(r.last_seen_at, excluded.last_seen_at)`,
    values: [
      rows.map((row) => row.carrier),
      rows.map((row) => row.codesKey),
      rows.map((row) => JSON.stringify(row.codes)),
      rows.map((row) => row.count),
      rows.map((row) => row.seenAtMs),
      rows.map((row) => row.receiptId),
    ],
  });
}

/** `event=ZZ exception=09`: the same for the same codes, in whatever order they came. */
function codesKeyOf(codes: CodeMatch): string {
  return Object.entries(codes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
    .slice(0, 500);
}

export interface ReviewRow {
  readonly carrier: string;
  readonly codes: CodeMatch;
  readonly seen_count: string;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly example_receipt_id: string | null;
}

/** Open review entries, most seen first. */
export async function reviewEntries(db: Queryable, limit: number): Promise<ReviewRow[]> {
  const { rows } = await db.query<ReviewRow>(
    `select carrier, codes, seen_count, first_seen_at, last_seen_at, example_receipt_id
     from review_entries where dismissed_at is null
     order by seen_count desc, carrier, codes_key limit $1`,
    [limit],
  );
  return rows;
}

export async function openReviewCount(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    'select count(*) from review_entries where dismissed_at is null',
  );
  return Number(rows[0]?.count ?? 0);
}

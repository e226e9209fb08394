import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { Status } from '../../kernel/status.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import {
  queryAny,
  queryRow,
  queryRows,
  queryValue,
  type Row,
} from '../../platform/database/query-rows.ts';
import { observationsOf } from '../facts/last-events.sql.ts';

/** A code that no rule knows yet, as found in one fact. */
export interface UnknownCode {
  readonly carrier: string;
  readonly codes: CodeMatch;
  readonly inboundMessageId: string;
  readonly shipmentId: string;
  readonly observedAtMs: number;
}

/**
 * Counts unknown codes by carrier and code, and records which parcels had them. Rows are written in
 * the order of their key, so that two shards with the same codes wait for each other and never
 * deadlock. A settled code that is unknown again is reopened.
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
  const parcels = new Map(
    unknown.map(({ carrier, codes, shipmentId }) => {
      const codesKey = codesKeyOf(codes);
      return [`${carrier}\n${codesKey}\n${shipmentId}`, { carrier, codesKey, shipmentId }];
    }),
  );
  const counted = db.query({
    name: 'count_unknown_codes',
    text: `
      insert into review_entries as r (carrier, codes_key, codes, seen_count, first_seen_at,
                                       last_seen_at, example_inbound_message_id)
      select u.carrier, u.codes_key, u.codes, u.seen, to_timestamp(u.seen_ms / 1000.0),
             to_timestamp(u.seen_ms / 1000.0), u.inbound_message_id
      from unnest($1::text[], $2::text[], $3::jsonb[], $4::int[], $5::float8[], $6::uuid[])
        as u(carrier, codes_key, codes, seen, seen_ms, inbound_message_id)
      on conflict (carrier, codes_key) do update
        set seen_count = r.seen_count + excluded.seen_count,
            first_seen_at = least(r.first_seen_at, excluded.first_seen_at),
            last_seen_at = greatest(r.last_seen_at, excluded.last_seen_at),
            settled_at = null, settled_by = null`,
    values: [
      rows.map((row) => row.carrier),
      rows.map((row) => row.codesKey),
      rows.map((row) => JSON.stringify(row.codes)),
      rows.map((row) => row.count),
      rows.map((row) => row.observedAtMs),
      rows.map((row) => row.inboundMessageId),
    ],
  });
  const touched = [...parcels.values()];
  const total = db.query({
    name: 'keep_review_parcels',
    text: `insert into review_parcels (carrier, codes_key, shipment_id)
           select * from unnest($1::text[], $2::text[], $3::uuid[]) on conflict do nothing`,
    values: [
      touched.map(({ carrier }) => carrier),
      touched.map(({ codesKey }) => codesKey),
      touched.map(({ shipmentId }) => shipmentId),
    ],
  });
  await together([counted, total]);
}

/**
 * Returns codes as one text, such as `event=ZZ exception=09`, which does not depend on their order.
 */
function codesKeyOf(codes: CodeMatch): string {
  return Object.entries(codes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
    .slice(0, 500);
}

export interface ReviewRow
  extends Row<
    'review_entries',
    | 'id'
    | 'carrier'
    | 'codesKey'
    | 'exampleInboundMessageId'
    | 'settledAtMs'
    | 'settledBy'
    | 'dismissedAtMs'
    | 'dismissedBy'
    | 'note'
  > {
  readonly codes: CodeMatch;
  /** The number of reports with these codes. */
  readonly reports: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/**
 * States of an entry. `open`: it waits for an operator. `settled`: a mapping knows the codes.
 * `dismissed`: an operator closed it without a rule.
 */
export const REVIEW_STATES = ['open', 'settled', 'dismissed'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

export interface ReviewFilter {
  readonly state?: ReviewState;
  readonly carrier?: string | null;
  /** The last entry already read. */
  readonly after?: { readonly seen: number; readonly id: string } | null;
}

const IN_STATE: Readonly<Record<ReviewState, string>> = {
  open: 'dismissed_at is null and settled_at is null',
  settled: 'dismissed_at is null and settled_at is not null',
  dismissed: 'dismissed_at is not null',
};

const COLUMNS = `id, carrier, codes_key, codes, seen_count::float8 as reports, first_seen_at as first_seen,
  last_seen_at as last_seen, example_inbound_message_id, settled_at, settled_by, dismissed_at, dismissed_by, note`;

/** Returns open review entries (or those in another state), the most frequent first. */
export async function reviewEntries(
  db: Queryable,
  limit: number,
  { state = 'open', carrier = null, after = null }: ReviewFilter = {},
): Promise<ReviewRow[]> {
  return queryRows<ReviewRow>(
    db,
    `select ${COLUMNS} from review_entries
     where ${IN_STATE[state]} and ($2::text is null or carrier = $2)
       and ($3::bigint is null or (-seen_count, id) > (-$3::bigint, $4::uuid))
     order by -seen_count, id limit $1`,
    [limit, carrier, after?.seen ?? null, after?.id ?? null],
  );
}

export async function reviewEntry(db: Queryable, id: string): Promise<ReviewRow | null> {
  return queryRow<ReviewRow>(db, `select ${COLUMNS} from review_entries where id = $1`, [id]);
}

interface EntryEnd {
  readonly by: string;
  readonly note: string | null;
  readonly atMs: number;
}

/**
 * Marks entries as settled because a mapping knows their codes now. That also overrides an earlier
 * dismissal.
 */
export async function settleEntries(
  db: Queryable,
  ids: readonly string[],
  { by, note, atMs }: EntryEnd,
): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `update review_entries set settled_at = to_timestamp($2 / 1000.0), settled_by = $3,
       note = coalesce($4, note), dismissed_at = null, dismissed_by = null
     where id = any($1::uuid[])`,
    [ids, atMs, by, note],
  );
}

/** Closes an entry without a rule. False when there is no such entry, or it has ended already. */
export function dismissEntry(
  db: Queryable,
  id: string,
  { by, note, atMs }: EntryEnd,
): Promise<boolean> {
  return queryAny(
    db,
    `update review_entries set dismissed_at = to_timestamp($2 / 1000.0), dismissed_by = $3,
       note = $4 where id = $1 and settled_at is null and dismissed_at is null`,
    [id, atMs, by, note],
  );
}

/** Returns how many parcels had an entry's codes, counted up to `max`. */
export async function touchedParcels(
  db: Queryable,
  { carrier, codesKey }: Pick<ReviewRow, 'carrier' | 'codesKey'>,
  max: number,
): Promise<number> {
  return Number(
    (await queryValue<string>(
      db,
      `select count(*) from (select from review_parcels
     where carrier = $1 and codes_key = $2 limit $3) as touched`,
      [carrier, codesKey, max],
    )) ?? 0,
  );
}

/** One parcel that had the codes, and the last message that reported them. */
export interface TouchedParcel {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  readonly status: Status;
  readonly inboundMessageId: string;
}

/** Returns the newest parcels that had an entry's codes and still have a report of them. */
export async function newestTouched(
  db: Queryable,
  { carrier, codesKey, codes }: Pick<ReviewRow, 'carrier' | 'codesKey' | 'codes'>,
  limit: number,
): Promise<TouchedParcel[]> {
  const parcels = await queryRows<Omit<TouchedParcel, 'inboundMessageId'>>(
    db,
    `select p.shipment_id, s.tracking_number, s.status
     from (select shipment_id from review_parcels where carrier = $1 and codes_key = $2
           order by shipment_id desc limit $3) as p
     join shipments s on s.id = p.shipment_id and s.deleted_at is null
     order by p.shipment_id desc`,
    [carrier, codesKey, limit],
  );
  const touched = await queryRows<Pick<TouchedParcel, 'shipmentId' | 'inboundMessageId'>>(
    db,
    `select distinct on (shipment_id) shipment_id, g.inbound_message_id
     from facts f join ${observationsOf('$1::uuid[]')} g using (shipment_id, identity)
     where shipment_id = any($1::uuid[]) and f.codes = $2::jsonb
     order by shipment_id, g.received_at desc`,
    [parcels.map(({ shipmentId }) => shipmentId), JSON.stringify(codes)],
  );
  const inboundMessages = new Map(touched.map((row) => [row.shipmentId, row.inboundMessageId]));
  return parcels.flatMap((parcel) => {
    const inboundMessageId = inboundMessages.get(parcel.shipmentId);
    return inboundMessageId === undefined ? [] : [{ ...parcel, inboundMessageId }];
  });
}

/** Returns the number of codes that wait for an operator. */
export async function openReviewCount(db: Queryable): Promise<number> {
  return Number(
    (await queryValue<string>(
      db,
      'select count(*) from review_entries where dismissed_at is null and settled_at is null',
    )) ?? 0,
  );
}

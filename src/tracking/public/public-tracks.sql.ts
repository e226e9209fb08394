import type pg from 'pg';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { eachRow, queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { PublicAnswer } from './public-track.ts';
import { shortBody, wholeBody } from './short-body.ts';

/**
 * Stores public answers, under the locks of their numbers' shards. All bodies are sent as one binary
 * parameter and split in SQL, as inbound messages are. The locks exclude other writers, so it is a
 * `merge`: `on conflict` writes 16 bytes more of WAL for a new row and 54 for a row that exists.
 */
export async function upsertPublicTracks(
  db: Queryable,
  answers: readonly PublicAnswer[],
  nowMs: number,
): Promise<void> {
  if (answers.length === 0) return;
  const bodies = answers.map(({ body }) => Buffer.from(shortBody(body.toString('utf8')), 'utf8'));
  let at = 1;
  const from: number[] = [];
  for (const body of bodies) {
    from.push(at);
    at += body.length;
  }
  await db.query({
    name: 'upsert_public_tracks',
    text: `
      merge into public_tracks as t using (
        select n.*, substring($1::bytea from n.body_from for n.body_length) as body,
               to_timestamp($10 / 1000.0) as updated_at
        from unnest($2::text[], $3::text[], $4::text[], $5::smallint[], $6::int[], $7::int[],
                    $8::uuid[], $9::text[])
          as n(tracking_number, carrier, etag, max_age_s, body_from, body_length, merchant_id, mode)
      ) as n on t.tracking_number = n.tracking_number and t.carrier = n.carrier
      when matched and (t.etag <> n.etag or t.merchant_id is distinct from n.merchant_id
                        or t.mode is distinct from n.mode)
        then update set body = n.body, etag = n.etag, max_age_s = n.max_age_s,
          merchant_id = n.merchant_id, mode = n.mode, updated_at = n.updated_at
      when not matched
        then insert (tracking_number, carrier, body, etag, max_age_s, merchant_id, mode, updated_at)
          values (n.tracking_number, n.carrier, n.body, n.etag, n.max_age_s, n.merchant_id, n.mode,
                  n.updated_at)`,
    values: [
      Buffer.concat(bodies),
      answers.map((a) => a.trackingNumber),
      answers.map((a) => a.carrier),
      answers.map((a) => a.etag),
      answers.map((a) => a.maxAgeS),
      from,
      bodies.map(({ length }) => length),
      answers.map((a) => a.tenant?.merchantId ?? null),
      answers.map((a) => a.tenant?.mode ?? null),
      nowMs,
    ],
  });
}

/** Deletes the public answer for a number. */
export async function deletePublicTrack(
  db: Queryable,
  carrier: string,
  trackingNumber: string,
): Promise<void> {
  await db.query('delete from public_tracks where tracking_number = $1 and carrier = $2', [
    trackingNumber,
    carrier,
  ]);
}

export interface PublicTrackRow
  extends Row<'public_tracks', 'trackingNumber' | 'carrier' | 'etag' | 'maxAgeS' | 'mode'> {
  /** JSON, ready to send. */
  readonly body: string;
  /** The parcel's owner, whose branding is shown; null if several merchants have the number. */
  readonly merchantId: string | null;
}

/**
 * Returns the answers for a batch of numbers in one round trip. The body comes as text: a bytea
 * would arrive as hex, twice as long, and be decoded here.
 */
export async function publicTracksByNumber(
  db: Queryable,
  trackingNumbers: readonly string[],
): Promise<PublicTrackRow[]> {
  const rows = await queryRows<PublicTrackRow>(db, {
    name: 'public_tracks_by_number',
    text: BY_NUMBER,
    values: [trackingNumbers],
  });
  return rows.map(wholeRow);
}

/**
 * Calls `onRow` with each answer as soon as it is read. Rows of one number are consecutive, so that
 * it can be answered before the others have arrived. Concurrent look-ups are combined into such
 * batches: a round trip costs more than a row (docs/benchmarks.md, lookup). The order costs nothing
 * if the server reads several keys of an index in its order, as PostgreSQL does since 17.
 */
export function eachPublicTrack(
  pool: pg.Pool,
  trackingNumbers: readonly string[],
  onRow: (row: PublicTrackRow) => void,
): Promise<void> {
  const query = {
    name: 'each_public_track',
    text: `${BY_NUMBER} order by tracking_number, carrier`,
    values: [trackingNumbers],
  };
  return eachRow<PublicTrackRow>(pool, query, (row) => onRow(wholeRow(row)));
}

function wholeRow(row: PublicTrackRow): PublicTrackRow {
  return { ...row, body: wholeBody(row.body) };
}

const BY_NUMBER = `
  select tracking_number, carrier, convert_from(body, 'UTF8') as body, etag, max_age_s, merchant_id, mode
  from public_tracks where tracking_number = any($1::text[])`;

/**
 * The channel that announces public answers that changed without an event in the log, such as a
 * narrower window. The payload is `<carrier>\n<tracking number>`. Live displays read them again;
 * nobody else needs to know.
 */
export const TRACKS_CHANNEL = 'waybill_tracks';

/**
 * Limit of a payload: PostgreSQL would refuse a longer one, and the rest of the statement with it.
 */
const PAYLOAD_BYTES_MAX = 7_999;

/**
 * Announces the public answers of these shipments on `TRACKS_CHANNEL`. Needs the pipeline's role.
 */
export async function announceTracks(db: Queryable, shipmentIds: readonly string[]): Promise<void> {
  if (shipmentIds.length === 0) return;
  await db.query({
    name: 'announce_tracks',
    text: `select pg_notify($1, t.payload)
           from (select distinct carrier || E'\\n' || tracking_number as payload from shipments
                 where id = any($2::uuid[]) and deleted_at is null) t
           where octet_length(t.payload) <= $3`,
    values: [TRACKS_CHANNEL, shipmentIds, PAYLOAD_BYTES_MAX],
  });
}

/** One parcel of an order, with what decides whether a stranger may see it. */
export interface PublicOrderParcel extends Tenant {
  readonly merchantSlug: string;
  readonly orderLookup: 'open' | 'with_postal_code';
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly personal: Buffer | null;
  readonly dataKey: Buffer | null;
}

/** The most shops whose parcels `publicOrderParcels` returns. */
export const ORDER_SHOPS_MAX = 20;

/**
 * Returns the parcels of an order, by the names that it may have, whose merchants allow strangers to list them: newest first, 200
 * at most, of several shops the same share each.
 *
 * @param shop its slug or public name; null: any
 */
export async function publicOrderParcels(
  db: Queryable,
  names: readonly string[],
  shop: string | null,
): Promise<PublicOrderParcel[]> {
  return queryRows<PublicOrderParcel>(db, {
    name: 'public_order_parcels_by_names',
    text: `select merchant_id, mode, merchant_slug, order_lookup, carrier, tracking_number, personal,
             data_key
           from public_order_parcels($1::text[], $2)`,
    values: [names, shop],
  });
}

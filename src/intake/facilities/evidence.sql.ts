import type { Queryable } from '../../platform/database/database.ts';
import { queryCount, queryRows, queryValue } from '../../platform/database/query-rows.ts';
import type { Evidence, PlaceEvidence } from './evidence.ts';

/** Returns the evidence about these places so far. */
export async function evidenceOf(
  tx: Queryable,
  places: readonly Pick<PlaceEvidence, 'carrier' | 'key'>[],
): Promise<PlaceEvidence[]> {
  const rows = await queryRows<{ carrier: string; codeKey: string; evidence: Evidence }>(
    tx,
    `select carrier, code_key, evidence from facility_evidence
     where (carrier, code_key) in (select * from unnest($1::text[], $2::text[]))`,
    [places.map(({ carrier }) => carrier), places.map(({ key }) => key)],
  );
  return rows.map((row) => ({ carrier: row.carrier, key: row.codeKey, evidence: row.evidence }));
}

/** Stores the evidence about places, in place of what was stored. */
export async function putEvidence(tx: Queryable, places: readonly PlaceEvidence[]): Promise<void> {
  if (places.length === 0) return;
  const evidence = places.map((place) => place.evidence);
  await tx.query(
    `insert into facility_evidence (carrier, code_key, evidence, parcels, first_seen_at, last_seen_at)
     select e.carrier, e.key, e.evidence, e.parcels, to_timestamp(e.first_ms / 1000.0),
       to_timestamp(e.last_ms / 1000.0)
     from unnest($1::text[], $2::text[], $3::jsonb[], $4::int[], $5::float8[], $6::float8[])
       as e(carrier, key, evidence, parcels, first_ms, last_ms)
     on conflict (carrier, code_key) do update set evidence = excluded.evidence,
       parcels = excluded.parcels, first_seen_at = excluded.first_seen_at,
       last_seen_at = excluded.last_seen_at`,
    [
      places.map(({ carrier }) => carrier),
      places.map(({ key }) => key),
      evidence.map((each) => JSON.stringify(each)),
      evidence.map(({ parcels }) => parcels),
      evidence.map(({ firstSeenMs }) => firstSeenMs),
      evidence.map(({ lastSeenMs }) => lastSeenMs),
    ],
  );
}

/**
 * Returns an estimate of the number of places, which costs nothing; an exact count of a large table
 * would.
 */
export async function evidenceCount(tx: Queryable): Promise<number> {
  return Number(
    (await queryValue<string>(
      tx,
      `select greatest(reltuples, 0)::bigint as count from pg_class
     where oid = 'facility_evidence'::regclass`,
    )) ?? 0,
  );
}

/**
 * Removes at most `limit` places that no parcel has reported since `staleBeforeMs`; returns how
 * many.
 */
export function dropOldEvidence(
  db: Queryable,
  staleBeforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from facility_evidence where (carrier, code_key) in (
       select carrier, code_key from facility_evidence
       where last_seen_at < to_timestamp($1 / 1000.0) limit $2)`,
    [staleBeforeMs, limit],
  );
}

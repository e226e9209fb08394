import { uuidV7 } from '../../kernel/ids.ts';
import type { RandomBytes } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { dropOldEvidence, evidenceCount, evidenceOf, putEvidence } from './evidence.sql.ts';
import { gatherEvidence, mergeEvidence, type PlaceEvidence, type PlaceReport } from './evidence.ts';
import {
  announceFacilities,
  countParcels,
  dropLearned,
  facilityCount,
  lockFacilities,
  purgeFacilities,
  upsertFacilities,
} from './facilities.sql.ts';
import { SHARED_FACILITIES_MAX } from './facilities.ts';
import { learnFacility } from './learn-facility.ts';

/** Limit of places that are stored; carriers use many words, but there are few buildings. */
const EVIDENCE_MAX = 300_000;

/** How long evidence is retained after the last parcel that reported the building. */
const EVIDENCE_RETENTION_MS = 400 * 86_400_000;

/**
 * How long deleted rows are retained. By then every process has refreshed its cache a thousand
 * times.
 */
const DELETED_RETENTION_MS = 86_400_000;

interface Learned {
  readonly places: number;
  readonly written: number;
  readonly withdrawn: number;
}

/**
 * Adds what ended parcels reported about places, and makes the hub's learned facilities match the
 * evidence: adds, corrects and withdraws them. Runs in the caller's transaction, so that each
 * parcel counts once. A facility that somebody entered with the same carrier and code only gets its
 * count.
 */
export async function learnFromParcels(
  tx: Queryable,
  reports: readonly PlaceReport[],
  { nowMs, randomBytes }: { readonly nowMs: number; readonly randomBytes: RandomBytes },
): Promise<Learned> {
  const fresh = gatherEvidence(reports);
  if (fresh.length === 0) return { places: 0, written: 0, withdrawn: 0 };
  await lockFacilities(tx);
  const known = new Map(
    (await evidenceOf(tx, fresh)).map((place) => [`${place.carrier}\n${place.key}`, place]),
  );
  const hasRoom = (await evidenceCount(tx)) < EVIDENCE_MAX;
  const places = fresh.flatMap((place): PlaceEvidence[] => {
    const before = known.get(`${place.carrier}\n${place.key}`);
    if (before === undefined) return hasRoom ? [place] : [];
    return [{ ...place, evidence: mergeEvidence(before.evidence, place.evidence) }];
  });
  await putEvidence(tx, places);
  const isFull = (await facilityCount(tx, null)) + places.length > SHARED_FACILITIES_MAX;
  const learned = places.map((place) => ({ place, found: learnFacility(place) }));
  const written = await upsertFacilities(
    tx,
    null,
    'learned',
    learned.flatMap(({ place: { evidence }, found }) => {
      if (found === null || isFull) return [];
      const { certainty, ...details } = found;
      const { parcels, firstSeenMs, lastSeenMs } = evidence;
      const id = uuidV7(nowMs, randomBytes(10));
      return [{ id, details, certainty, parcels, firstSeenMs, lastSeenMs }];
    }),
    nowMs,
  );
  const lost = learned.flatMap(({ place, found }) => (found === null ? [place] : []));
  const withdrawn = await dropLearned(tx, lost, nowMs);
  await countParcels(
    tx,
    learned.map(({ place: { carrier, key, evidence }, found }) => {
      return { carrier, key, ...evidence, certainty: found?.certainty ?? 0 };
    }),
  );
  if (written.length + withdrawn > 0) await announceFacilities(tx);
  return { places: places.length, written: written.length, withdrawn };
}

/**
 * Removes a batch of places that are no longer reported, and of rows deleted long ago. Returns how
 * many.
 */
export async function tidyFacilities(db: Queryable, nowMs: number, batch: number): Promise<number> {
  const old = await dropOldEvidence(db, nowMs - EVIDENCE_RETENTION_MS, batch);
  return old + (await purgeFacilities(db, nowMs - DELETED_RETENTION_MS, batch));
}

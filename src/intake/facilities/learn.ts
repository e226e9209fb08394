import { IANAZone } from 'luxon';
import { uuidV7 } from '../../kernel/ids.ts';
import { zonesOfPlace } from '../../kernel/places/zones-of-place.ts';
import type { RandomBytes } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { dropOldEvidence, evidenceCount, evidenceOf, putEvidence } from './evidence.sql.ts';
import {
  type Counts,
  type Evidence,
  gatherEvidence,
  mergeEvidence,
  type PlaceEvidence,
  type PlaceReport,
  type ReportedOffset,
} from './evidence.ts';
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
import { type FacilityDetails, type FacilityType, matchKey } from './facility.ts';

/** Limit of places that are stored; carriers use many words, but there are few buildings. */
const EVIDENCE_MAX = 300_000;
/** How long evidence is retained after the last parcel that reported the building. */
const EVIDENCE_RETENTION_MS = 400 * 86_400_000;
/**
 * How long deleted rows are retained. By then every process has refreshed its cache a thousand
 * times.
 */
const DELETED_RETENTION_MS = 86_400_000;

export interface Learned {
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

/** The registry's record of a place with enough reports. */
interface LearnedFacility extends FacilityDetails {
  readonly certainty: number;
}

/** Fewest parcels: fewer may be one day of one merchant, or a mistake of a carrier. */
export const PARCELS_MIN = 5;
/** Shortest time between the first and last report: a bad batch of reports is soon over. */
const SPAN_MS_MIN = 86_400_000;
/** Fewest parcels with an offset, if more than the country is needed to know the zone. */
const OFFSETS_MIN = 3;
/**
 * The share of those that report a town that must agree; otherwise the word describes several
 * buildings.
 */
const SHARE_MIN = 0.95;
/**
 * The certainty of learned facilities. It is coarse on purpose: every merchant may read it, and
 * must not count others' parcels by it.
 */
const CERTAINTY = { few: 0.5, many: 0.9 };
const PARCELS_MANY = 50;

/**
 * Returns the facility that a place's evidence supports; null while there is too little or it
 * covers several places. A word that names buildings in two towns is not a facility, because an
 * event could mean either. Pure.
 */
export function learnFacility({ carrier, evidence }: PlaceEvidence): LearnedFacility | null {
  const { parcels, firstSeenMs, lastSeenMs } = evidence;
  if (parcels < PARCELS_MIN || lastSeenMs - firstSeenMs < SPAN_MS_MIN) return null;
  const country = agreed(evidence.countries, 1);
  const region = agreed(evidence.regions, SHARE_MIN);
  const city = agreed(evidence.cities, SHARE_MIN);
  if (country === SEVERAL || region === SEVERAL || city === SEVERAL) return null;
  const postalCode = agreed(evidence.postalCodes, SHARE_MIN);
  const name = mostReported(evidence.names);
  if (name === null) return null;
  const place = { country, region, postalCode: postalCode === SEVERAL ? null : postalCode };
  return {
    carrier,
    code: name,
    name,
    type: typeOfName(name),
    city,
    ...place,
    lat: null,
    lng: null,
    timeZone: zoneOf(place, evidence),
    aliases: [],
    certainty: parcels < PARCELS_MANY ? CERTAINTY.few : CERTAINTY.many,
  };
}

/** The result for texts that differ in more than spelling. */
const SEVERAL = Symbol('several');

/** Returns the text on which (nearly) all reports with a text agree; null without any. */
function agreed(counts: Counts, shareMin: number): string | null | typeof SEVERAL {
  const groups = new Map<string, { text: string; count: number }>();
  let all = 0;
  for (const [text, count] of Object.entries(counts)) {
    const key = matchKey(text);
    const group = groups.get(key);
    groups.set(key, { text: group?.text ?? text, count: (group?.count ?? 0) + count });
    all += count;
  }
  if (all === 0) return null;
  const best = [...groups.values()].reduce((a, b) => (b.count > a.count ? b : a));
  return best.count >= shareMin * all ? best.text : SEVERAL;
}

function mostReported(counts: Counts): string | null {
  return Object.entries(counts).reduce<readonly [string | null, number]>(
    (best, [text, count]) => (count > best[1] ? [text, count] : best),
    [null, 0],
  )[0];
}

function zoneOf(place: Parameters<typeof deduceZone>[0], evidence: Evidence): string | null {
  const byPlaceAlone = deduceZone(place, []) !== null;
  if (!byPlaceAlone && evidence.withOffset < OFFSETS_MIN) return null;
  return deduceZone(place, evidence.offsets);
}

/** Words by which carriers name a building's purpose. */
const TYPES: readonly (readonly [FacilityType, RegExp])[] = [
  ['pickup_point', /\b(?:LOCKER|ACCESS POINT|SERVICE ?POINT|PARCEL ?SHOP|PACKSTATION|PICK ?UP)\b/],
  ['delivery_station', /\b(?:DELIVERY|DEPOT|CARRIER ANNEX|DDU|POST OFFICE|ZUSTELLBASIS)\b/],
  ['hub', /\b(?:HUB|GATEWAY|AIRPORT|RAMP)\b/],
  ['sort_center', /\b(?:SORT|SORTING|DISTRIBUTION|PROCESSING|NDC|ISC|PAKETZENTRUM|P DC)\b/],
];

/** Returns the kind of building that a name suggests; `other` if it suggests none. */
export function typeOfName(name: string): FacilityType {
  const key = matchKey(name);
  return TYPES.find(([, words]) => words.test(key))?.[0] ?? 'other';
}

/**
 * Deduces the IANA zone of a place from its location and from the offsets that its carrier reported
 * there. Null unless exactly one zone of its country, state or postal code agrees with all of them.
 * Winter offsets alone do not distinguish Denver from Phoenix: then there is no zone until summer.
 * Pure.
 *
 * @example deduceZone({ country: 'US', region: 'AZ', postalCode: null }, winterAndSummer)
 */
export function deduceZone(
  place: {
    readonly country: string | null;
    readonly region: string | null;
    readonly postalCode: string | null;
  },
  offsets: readonly ReportedOffset[],
): string | null {
  const [zone, another] = zonesOfPlace(place).filter((name) => agrees(name, offsets));
  return zone !== undefined && another === undefined ? zone : null;
}

function agrees(name: string, offsets: readonly ReportedOffset[]): boolean {
  const zone = IANAZone.create(name);
  return zone.isValid && offsets.every(({ atMs, offsetMin }) => zone.offset(atMs) === offsetMin);
}

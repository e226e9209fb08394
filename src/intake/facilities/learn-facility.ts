import { deduceZone } from './deduce-zone.ts';
import type { Counts, Evidence, PlaceEvidence } from './evidence.ts';
import { type FacilityDetails, type FacilityType, matchKey } from './facility.ts';

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
  const country = agreedText(evidence.countries, 1);
  const region = agreedText(evidence.regions, SHARE_MIN);
  const city = agreedText(evidence.cities, SHARE_MIN);
  if (country === SEVERAL || region === SEVERAL || city === SEVERAL) return null;
  const postalCode = agreedText(evidence.postalCodes, SHARE_MIN);
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

/**
 * Returns the text on which at least `shareMin` of the reports with a text agree; null if none has a
 * text, `SEVERAL` if they do not agree.
 */
function agreedText(counts: Counts, shareMin: number): string | null | typeof SEVERAL {
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

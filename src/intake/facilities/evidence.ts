import { FACILITY_TEXT_CHARS_MAX, matchKey } from './facility.ts';

/** An offset that a carrier itself gave for an event at a place. */
export interface ReportedOffset {
  readonly atMs: number;
  readonly offsetMin: number;
}

/** One parcel's stay at a place, as its carrier reported it. */
export interface PlaceReport {
  readonly carrier: string;
  readonly parcelId: string;
  /** The carrier's code or name of the building. */
  readonly facility: string;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  readonly atMs: number;
  /** The offset that the carrier gave; null if it gave none. */
  readonly offset: ReportedOffset | null;
}

/** The number of parcels that reported each text. */
export type Counts = Readonly<Record<string, number>>;

/** Everything that ended parcels reported about one place. It is stored as JSON. */
export interface Evidence {
  readonly parcels: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly names: Counts;
  readonly cities: Counts;
  readonly regions: Counts;
  readonly postalCodes: Counts;
  readonly countries: Counts;
  /** The number of parcels with an offset, and one instant for each offset in each month. */
  readonly withOffset: number;
  readonly offsets: readonly ReportedOffset[];
}

export interface PlaceEvidence {
  readonly carrier: string;
  /** The `matchKey` of the carrier's name for it. */
  readonly key: string;
  readonly evidence: Evidence;
}

/** Limit of spellings of one kind: if there are more, the texts do not describe one building. */
const TEXTS_MAX = 8;
/** Limit of offsets: four years with two per month; the newest are retained. */
const OFFSETS_MAX = 96;

/**
 * Gathers the evidence from reports, by carrier and place: each parcel counts once for each place
 * it passed. Pure.
 */
export function gatherEvidence(reports: readonly PlaceReport[]): PlaceEvidence[] {
  const stays = new Map<string, PlaceReport[]>();
  for (const each of reports) {
    const key = matchKey(each.facility);
    if (key === '') continue;
    const stay = `${each.carrier}\n${key}\n${each.parcelId}`;
    const known = stays.get(stay);
    if (known === undefined) stays.set(stay, [each]);
    else known.push(each);
  }
  const places = new Map<string, PlaceEvidence>();
  for (const [stay, events] of stays) {
    const [carrier = '', key = ''] = stay.split('\n');
    const place = `${carrier}\n${key}`;
    const known = places.get(place);
    const evidence = evidenceOfParcel(events);
    const sum = known === undefined ? evidence : mergeEvidence(known.evidence, evidence);
    places.set(place, { carrier, key, evidence: sum });
  }
  return [...places.values()];
}

/**
 * Combines two pieces of evidence. Their order does not matter, as long as nothing has to be left
 * out. Pure.
 */
export function mergeEvidence(a: Evidence, b: Evidence): Evidence {
  return {
    parcels: a.parcels + b.parcels,
    firstSeenMs: Math.min(a.firstSeenMs, b.firstSeenMs),
    lastSeenMs: Math.max(a.lastSeenMs, b.lastSeenMs),
    names: addCounts(a.names, b.names),
    cities: addCounts(a.cities, b.cities),
    regions: addCounts(a.regions, b.regions),
    postalCodes: addCounts(a.postalCodes, b.postalCodes),
    countries: addCounts(a.countries, b.countries),
    withOffset: a.withOffset + b.withOffset,
    offsets: distinctOffsets([...a.offsets, ...b.offsets]),
  };
}

function evidenceOfParcel(events: readonly PlaceReport[]): Evidence {
  const texts = (pick: (reports: PlaceReport) => string | null): Counts =>
    Object.fromEntries(
      [...new Set(events.map(pick))].flatMap((text) => {
        const trimmed = text?.trim().slice(0, FACILITY_TEXT_CHARS_MAX) ?? '';
        return trimmed === '' ? [] : [[trimmed, 1]];
      }),
    );
  const offsets = distinctOffsets(events.flatMap(({ offset }) => offset ?? []));
  return {
    parcels: 1,
    firstSeenMs: Math.min(...events.map(({ atMs }) => atMs)),
    lastSeenMs: Math.max(...events.map(({ atMs }) => atMs)),
    names: texts(({ facility }) => facility),
    cities: texts(({ city }) => city),
    regions: texts(({ region }) => region),
    postalCodes: texts(({ postalCode }) => postalCode),
    countries: texts(({ country }) => country),
    withOffset: offsets.length > 0 ? 1 : 0,
    offsets,
  };
}

/**
 * Adds counts, ordered by the most reported, then by text. A map is used because a text may be a
 * name of the prototype, such as `constructor`.
 */
function addCounts(a: Counts, b: Counts): Counts {
  const counts = new Map(Object.entries(a));
  for (const [text, count] of Object.entries(b)) counts.set(text, (counts.get(text) ?? 0) + count);
  const sorted = [...counts].sort(([x, m], [y, n]) => n - m || (x < y ? -1 : 1));
  return Object.fromEntries(sorted.slice(0, TEXTS_MAX));
}

/**
 * Returns one instant for each offset in each month. Zero is left out: many systems write any time
 * with `Z`, so it proves nothing about a place. In a month in which clocks change, there are two
 * offsets.
 */
function distinctOffsets(offsets: readonly ReportedOffset[]): ReportedOffset[] {
  const byMonth = new Map<string, ReportedOffset>();
  for (const each of offsets) {
    if (each.offsetMin === 0) continue;
    const month = `${new Date(each.atMs).toISOString().slice(0, 7)} ${each.offsetMin}`;
    const known = byMonth.get(month);
    if (known === undefined || each.atMs < known.atMs) byMonth.set(month, each);
  }
  const sorted = [...byMonth.values()].sort((a, b) => a.atMs - b.atMs || a.offsetMin - b.offsetMin);
  return sorted.slice(-OFFSETS_MAX);
}

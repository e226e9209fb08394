import { countryOfName } from '../../kernel/places/country-names.ts';
import { zoneOfPlace } from '../../kernel/places/postal-zone.ts';
import { STATE_ZONES } from '../../kernel/places/us-zones.ts';
import { type PlaceTime, parseOffset, wallClockMs } from '../../kernel/time/place-time.ts';
import {
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
  wallClockAt,
} from '../../kernel/time/zoned-time.ts';
import type { CodeMatch, ReportedFact, ReportedPlace } from '../contract/contract.ts';
import { readShippedYaml, z } from '../sdk.ts';
import type { TrackingEvent } from './schema.ts';

/**
 * The version of a fact's identity. It is raised when the definition changes, so that old and new
 * do not mix.
 */
const IDENTITY_VERSION = '1';
/** Maximum length of the value of a match key. */
const WORDS_MAX = 64;

/**
 * Converts one event to a fact; null when it has neither code nor words. `category` is the answer's
 * own `statusCategory` and belongs to its newest event only.
 * The identity is code and local minute: v3, v3r2 and push agree on both, while seconds come only
 * with the GMT members. An event without a code is identified by its refinement, otherwise by its
 * words, which USPS writes in English only.
 */
export function readEvent(event: TrackingEvent, category: string | null): ReportedFact | null {
  const code = contradicted(event) ? null : canonicalCode(event.eventCode);
  const refinement = refinementOf(event.eventType);
  const words = event.eventType?.slice(0, WORDS_MAX) ?? null;
  const foreign = foreignWords(event.eventType, category);
  const lent = foreign === null ? category : null;
  const name = code ?? refinement ?? words?.toLowerCase().replace(/\s+/g, ' ') ?? null;
  if (name === null) return null;
  const place = readEventPlace(event);
  const time = readEventTime(event, place === null ? null : zoneOfPlace(place));
  return {
    codes: codesOf({
      // Unknown words replace a missing code, so that somebody will notice them.
      text: refinement ?? foreign ?? (code === null ? textOf(event.eventType, words, lent) : null),
      code,
      attribute: canonicalCode(event.deliveryAttributeCode),
      category: lent,
    }),
    identity: [IDENTITY_VERSION, name, time.local?.slice(0, 16) ?? '', ''],
    time,
    place,
    text: event.eventType,
    piece: null,
    logical: false,
  };
}

/**
 * The meaning of words that contradict a delivery in the answer's category, as "Departed USPS
 * Facility" does; otherwise null. The category then describes the parcel and not this event, so
 * that the event is not a delivery.
 */
function foreignWords(eventType: string | null, category: string | null): string | null {
  const wording = wordingOf(eventType);
  if (category === null || !DELIVERY.test(category)) return null;
  return wording === 'Delivered' || refinementOf(eventType) !== null ? null : wording;
}

const DELIVERY = /^delivered/i;

/**
 * Whether an event has the code of a delivery but words with another known meaning: then it is no
 * delivery.
 */
function contradicted({ eventCode, eventType }: TrackingEvent): boolean {
  const wording = wordingOf(eventType) ?? categoryOf(eventType);
  const isOther = wording !== null && wording !== 'Delivered' && refinementOf(eventType) === null;
  return isOther && canonicalCode(eventCode) === '01';
}

/**
 * The text of an event. "Delivered" does not say to whom, so it is left out if the answer has a
 * category, which says more.
 */
function textOf(
  eventType: string | null,
  words: string | null,
  category: string | null,
): string | null {
  const wording = wordingOf(eventType);
  return wording === 'Delivered' && category !== null ? null : (wording ?? words);
}

/**
 * Returns a code as two characters in upper case. One that arrived as a number gets its leading
 * zero back.
 */
function canonicalCode(code: string | null): string | null {
  return code === null ? null : code.toUpperCase().replace(/^\d$/, '0$&');
}

/** Leaves out keys without a value, as the contract requires. */
export function codesOf(codes: Readonly<Record<string, string | null>>): CodeMatch {
  return Object.fromEntries(
    Object.entries(codes).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}

/**
 * Reads the place of an event. An empty country means United States (USPS OpenAPI 3.2.6). Without
 * state and ZIP the city may be the name of a facility, such as "OAK CREEK WI DISTRIBUTION CENTER".
 * An event without any place (labels, partners, computed transit) has none; the origin's is not
 * assumed.
 */
function readEventPlace(event: TrackingEvent): ReportedPlace | null {
  const postalCode = event.eventZIPCode ?? event.eventZIP;
  const { eventCity: city, eventState: region, eventCountry } = event;
  if (city === null && region === null && postalCode === null && eventCountry === null) return null;
  const country = eventCountry === null ? 'US' : countryOfName(eventCountry);
  if (city === null || region !== null || postalCode !== null || !FACILITY.test(city)) {
    return { city, region, postalCode, country, facility: null };
  }
  const [, town = null, state = ''] = /^(.+?) ([A-Z]{2}) /.exec(city) ?? [];
  const known = Object.hasOwn(STATE_ZONES, state);
  return {
    city: known ? town : null,
    region: known ? state : null,
    postalCode: null,
    country,
    facility: city,
  };
}

const FACILITY = /\b(?:CENTER|CTR|FACILITY|ANNEX|PLANT|ISC|NDC|P&DC)$/;

const MINUTE_MS = 60_000;

/**
 * Reads when an event happened. `eventTimestamp` is local time at the place; a trailing `Z` does
 * not mean UTC (an example in USPS/api-examples gives 07:31Z for "7:31 am" in Virginia).
 * `GMTTimestamp` has the UTC time with the *local* date in captured answers, a day off each
 * evening, so that only its seconds are used. Without `GMTOffset` the zone of the place applies,
 * and without that the time has no zone.
 */
function readEventTime(event: TrackingEvent, zone: string | null): PlaceTime {
  const offsetMin = event.GMTOffset === null ? null : parseOffset(event.GMTOffset);
  const utc = clockOf(event.GMTTimestamp);
  const local = clockOf(event.eventTimestamp);
  if (local === null) return fromUtcAlone(utc, offsetMin, zone);
  if (offsetMin !== null) {
    return placeTimeWithOffset(withSecondsOf(local, utc, offsetMin), 'second', offsetMin);
  }
  if (zone !== null) return placeTimeInZone(local, 'minute', zone, 'postal_code');
  return placeTimeWithoutZone(local, 'minute');
}

/**
 * Reads `YYYY-MM-DD[THH:mm[:ss]]`, the part before fractions, `Z` or offset; null for anything
 * else.
 */
function clockOf(text: string | null): string | null {
  const m = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?/.exec(text ?? '');
  if (!m?.[1]) return null;
  // Seconds are always zero in `eventTimestamp`, which has whole minutes.
  const clock = m[2]?.replace(/^(\d{2}:\d{2}):00$/, '$1');
  const local = clock === undefined ? m[1] : `${m[1]}T${clock}`;
  return wallClockMs(local) === null ? null : local;
}

/**
 * Returns `local` to the second, if `utc` has the same minute of the hour and so adds only seconds.
 */
function withSecondsOf(local: string, utc: string | null, offsetMin: number): string {
  const localMs = wallClockMs(local);
  const seconds = utc?.slice(16) ?? '';
  if (localMs === null || utc === null || seconds === '' || local.length !== 16) return local;
  const expected = new Date(localMs - offsetMin * MINUTE_MS).toISOString().slice(11, 16);
  return utc.slice(11, 16) === expected ? `${local}${seconds}` : local;
}

/** Reads a time from the UTC time, which is used by itself only if there is no local one. */
function fromUtcAlone(
  utc: string | null,
  offsetMin: number | null,
  zone: string | null,
): PlaceTime {
  if (utc === null || utc.length === 10) return placeTimeWithoutZone(utc ?? '', 'date');
  const utcMs = wallClockMs(utc);
  const clock = utcMs === null || zone === null ? null : wallClockAt(utcMs, zone);
  if (offsetMin === null && zone !== null && clock !== null) {
    return placeTimeInZone(clock.slice(0, utc.length), 'second', zone, 'postal_code');
  }
  if (offsetMin === null || utcMs === null) return placeTimeWithOffset(utc, 'second', 0);
  const local = new Date(utcMs + offsetMin * MINUTE_MS).toISOString().slice(0, utc.length);
  return placeTimeWithOffset(local, 'second', offsetMin);
}

const list = z.array(z.string());

/** The wordings that say more than a code, or replace one. */
const TEXTS = readShippedYaml(
  new URL('./texts.yaml', import.meta.url),
  z.strictObject({ refinements: list, words: list, categories: list }),
);

const BY_LENGTH = [...TEXTS.refinements]
  .sort((a, b) => b.length - a.length)
  .map((refinement) => ({ refinement, prefix: fold(refinement) }));

const BY_WORDS: ReadonlyMap<string, string> = new Map(
  TEXTS.words.map((words) => [fold(words), words]),
);

/**
 * The longest refinement that `text` begins with, in whole words and any case; null when there is
 * none.
 */
export function refinementOf(text: string | null): string | null {
  if (text === null) return null;
  const folded = fold(text);
  const found = BY_LENGTH.find(
    ({ prefix }) => folded.startsWith(prefix) && !/^[a-z0-9]/.test(folded.slice(prefix.length)),
  );
  return found?.refinement ?? null;
}

/**
 * The meaning of a text without a code: a refinement, otherwise known words; null when it is
 * neither.
 */
export function wordingOf(text: string | null): string | null {
  const refinement = refinementOf(text);
  if (refinement !== null || text === null) return refinement;
  const folded = fold(text);
  const [beforeAddition = ''] = folded.split(/,| \(/, 1);
  return BY_WORDS.get(folded) ?? BY_WORDS.get(beforeAddition) ?? null;
}

const BY_CATEGORY: ReadonlyMap<string, string> = new Map(
  TEXTS.categories.map((category) => [fold(category), category]),
);

/**
 * Reads a category that is not one of USPS's, by its words: a refinement it begins with, or the
 * alert before its colon ("Alert: …"). If neither is known, the category itself.
 */
export function knownCategory(category: string | null): {
  readonly text: string | null;
  readonly category: string | null;
} {
  const text = refinementOf(category);
  // "Available for Pickup" is a refinement and a category; as a category it says everything.
  if (text !== null && text !== 'Available for Pickup') return { text, category: null };
  return {
    text: null,
    category: /^alert:/i.test(category ?? '') ? 'Alert' : category,
  };
}

/** The category whose whole name a status is; null when it is none. */
export function categoryOf(text: string | null): string | null {
  return text === null ? null : (BY_CATEGORY.get(fold(text)) ?? null);
}

function fold(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, ' ');
}

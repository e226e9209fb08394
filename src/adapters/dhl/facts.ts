import { countryOfAlpha3 } from '../../kernel/places/country-codes.ts';
import { countryOfName } from '../../kernel/places/country-names.ts';
import { zoneOfPlace } from '../../kernel/places/postal-zone.ts';
import { instantMs, NO_TIME, type PlaceTime, parseOffset } from '../../kernel/time/place-time.ts';
import {
  placeTimeFromIso,
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
} from '../../kernel/time/zoned-time.ts';
import type { ReportedEstimate, ReportedFact, ReportedPlace } from '../contract/contract.ts';
import type { ReadCodes, Service } from './codes.ts';
import type { UnifiedPlace, UnifiedShipment } from './schema.ts';

/**
 * The version of a fact's identity. It is raised when the definition changes, so that old and new
 * do not mix.
 */
const IDENTITY_VERSION = '1';
/** Limit of events; an answer lists tens. Any beyond it are cut, with a warning. */
export const EVENTS_MAX = 500;
/** Limit of pieces, because a report may have as many facts as events times pieces. */
const PIECES_MAX = 100;

/** An event, read by the rules of its service. */
export interface ReadEvent extends ReadCodes {
  readonly time: PlaceTime;
  readonly place: ReportedPlace | null;
  readonly text: string | null;
  /** The pieces that the event names; empty: none. */
  readonly pieces: readonly string[];
}

/**
 * Converts events to facts. A fact without a piece applies to all, so pieces are named only if an
 * event concerns some of them; then there is one fact for each.
 * The identity is code, local minute, piece and service; for a service with placeholder times it
 * has the date instead of the minute. Two events of one code and minute that differ only in wording
 * become one, which costs nothing: they mean the same, and wording changes with the requested
 * language. If there is no code, the words replace it.
 */
export function factsOf(
  events: readonly ReadEvent[],
  allPieces: readonly string[],
  service: Service,
): readonly ReportedFact[] {
  const groups = new Map<string, { event: ReadEvent; pieces: Set<string> }>();
  for (const event of events) {
    const key = [event.canonical, event.words, identityTime(event.time, service)].join('\n');
    const known = groups.get(key);
    if (known === undefined) {
      groups.set(key, { event, pieces: new Set(event.pieces) });
    } else {
      for (const piece of event.pieces) known.pieces.add(piece);
    }
  }
  return [...groups.values()].flatMap(({ event, pieces }) => {
    const isAll = pieces.size === 0 || allPieces.every((piece) => pieces.has(piece));
    const named = isAll ? [null] : [...pieces].slice(0, PIECES_MAX);
    return named.map((piece) => factOf(event, piece, service));
  });
}

function factOf(event: ReadEvent, piece: string | null, service: Service): ReportedFact {
  const byCode = [
    IDENTITY_VERSION,
    event.canonical,
    identityTime(event.time, service),
    piece ?? '',
    service.name,
  ];
  return {
    codes: event.codes,
    ...(event.words === null
      ? { identity: byCode }
      : { identity: [...byCode, event.words], namedByWords: true, formerIdentity: byCode }),
    time: event.time,
    place: event.place,
    text: event.text,
    piece,
    logical: false,
  };
}

/** Returns the part of a local time that is in the identity: to the minute, or only the date. */
function identityTime(time: PlaceTime, service: Service): string {
  return time.local?.slice(0, service.midnightIsDate ? 10 : 16) ?? '';
}

/**
 * Reads a timestamp by the rules of its service: an offset takes precedence, then the service's own
 * zone, then the zone of the place if that is certain. One answer may mix times with and without an
 * offset. UTC times of a service with a home zone are converted to that zone, because its times
 * without an offset are in that zone, and local time is part of an event's identity.
 */
export function readTime(
  timestamp: string | null,
  service: Service,
  place: ReportedPlace | null,
): PlaceTime {
  const text = service.zIsLocal ? timestamp?.replace(/z$/i, '') : timestamp;
  const time = placeTimeFromIso(text ?? '');
  if (time === null || time.local === null) return NO_TIME;
  if (service.midnightIsDate && /T00:00(?::00)?$/.test(time.local)) {
    return inZone(placeTimeWithoutZone(time.local, 'date'), service, place);
  }
  if (time.offsetMin === null) return inZone(time, service, place);
  if (service.zone === null || time.offsetMin !== 0) return time;
  return convertedTo(time, service.zone);
}

function inZone(time: PlaceTime, service: Service, place: ReportedPlace | null): PlaceTime {
  if (time.local === null) return time;
  if (service.zone !== null) {
    return placeTimeInZone(time.local, time.precision, service.zone, 'carrier_policy');
  }
  const zone = place === null ? null : zoneOfPlace(place);
  return zone === null ? time : placeTimeInZone(time.local, time.precision, zone, 'postal_code');
}

/** Converts an exact time to the local time of a zone; unchanged if that is impossible. */
function convertedTo(time: PlaceTime, zone: string): PlaceTime {
  const atMs = instantMs(time);
  if (atMs === null) return time;
  const offsetMin = placeTimeInZone(isoSecondsOf(atMs), 'second', zone, 'offset').offsetMin;
  if (offsetMin === null) return time;
  return placeTimeWithOffset(isoSecondsOf(atMs + offsetMin * 60_000), time.precision, offsetMin);
}

function isoSecondsOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** Reads a time from date and time in two members, with an offset in a third (MyDHL API 3.1.1). */
export function readSplitTime(
  date: string | null,
  time: string | null,
  offset: string | null,
  place: ReportedPlace | null,
  service: Service,
): PlaceTime {
  const local = time === null ? (date ?? '') : `${date}T${time}`;
  const offsetMin = offset === null ? null : parseOffset(offset);
  if (offsetMin === null) return readTime(local, service, place);
  return placeTimeWithOffset(local, 'second', offsetMin);
}

/**
 * Reads a place of Shipment Tracking – Unified. Express writes "LEIPZIG - GERMANY" and no country
 * code, eCommerce "Austin, TX, US", Parcel DE sometimes only the country. Street addresses are not
 * read, and a locality that contains one loses it.
 */
export function readPlace(place: UnifiedPlace | null | undefined): ReportedPlace | null {
  const address = place?.address ?? null;
  const facility = place?.servicePoint?.label ?? null;
  const given = isoOf(address?.countryCode ?? null);
  const words = readLocality(address?.addressLocality ?? null, given);
  const country = given ?? words.country;
  const postalCode = postalCodeOf(address?.postalCode ?? null);
  const { city, region } = words;
  if ([city, region, postalCode, country, facility].every((part) => part === null)) return null;
  return { city, region, postalCode, country, facility };
}

interface Locality {
  readonly city: string | null;
  readonly region: string | null;
  readonly country: string | null;
}

/**
 * Returns the text if it can be a postal code: some networks repeat the city there, but every
 * postal code has a digit.
 */
export function postalCodeOf(text: string | null): string | null {
  return text !== null && /\d/.test(text) ? text : null;
}

/**
 * Reads a locality: "LEIPZIG - GERMANY", "SYDNEY-AU" or "-AUS", "CINCINNATI HUB, OH - USA",
 * "Austin, TX, US", "Germany" or just a city. "HEATHROW, GB" is read only if `given` is GB, because
 * other letters may be a state. Supply chain writes "Santiago,Chile,AM - South,8320000", where a
 * region can contain a person's name.
 */
export function readLocality(text: string | null, given: string | null = null): Locality {
  if (text === null) return { city: null, region: null, country: null };
  const [first = '', second = '', ...rest] = text.split(',');
  const named = rest.length > 0 && second.trim().length > 2 ? countryOfName(second) : null;
  if (named !== null) return { city: cityOf(first), region: null, country: named };
  if (given !== null && rest.length === 0 && second.trim().toUpperCase() === given) {
    return { city: cityOf(first), region: null, country: given };
  }
  const us = /^([^,]+), ([A-Z]{2}), (US|USA)$/i.exec(text);
  if (us) return { city: us[1] ?? null, region: us[2]?.toUpperCase() ?? null, country: 'US' };
  const dash = text.lastIndexOf('-');
  const end = text.slice(dash + 1).trim();
  const tail = dash < 0 ? null : (countryOfName(end) ?? countryOfAlpha3(end));
  if (tail !== null) {
    const [, town, state] = /^(.+), ([A-Z]{2})\s*$/.exec(text.slice(0, dash)) ?? [];
    if (tail === 'US' && town !== undefined) {
      return { city: cityOf(town), region: state ?? null, country: tail };
    }
    return { city: cityOf(text.slice(0, dash)), region: null, country: tail };
  }
  // A word of two letters is more likely a state or the end of a name than a country.
  const alone = text.length > 2 ? countryOfName(text) : null;
  return alone === null
    ? { city: cityOf(text), region: null, country: null }
    : { city: null, region: null, country: alone };
}

/** The city without segments that contain a house number: "Oderweg 2, AMSTERDAM" → "AMSTERDAM". */
function cityOf(text: string): string | null {
  const segments = text.split(',').map((segment) => segment.trim());
  return segments.filter((segment) => segment !== '' && !/\d/.test(segment)).join(', ') || null;
}

export function isoOf(country: string | null): string | null {
  return country !== null && /^[A-Za-z]{2}$/.test(country) ? country.toUpperCase() : null;
}

/**
 * Reads the estimated delivery. A day agreed with the receiver takes precedence over a time frame,
 * and a time frame over a single time (Unified 1.5.8).
 */
export function readEstimate(shipment: UnifiedShipment): ReportedEstimate | null {
  const frame = shipment.estimatedDeliveryTimeFrame;
  const agreed = estimateAt(shipment.agreedDeliveryDate);
  const from = withoutFractions(frame?.estimatedFrom ?? null);
  const to = withoutFractions(frame?.estimatedThrough ?? null);
  const date = (from ?? to)?.slice(0, 10);
  if (agreed !== null && agreed.date !== date) return agreed;
  if (date !== undefined) return { date, from, to };
  return agreed ?? estimateAt(shipment.estimatedTimeOfDelivery);
}

/** Reads one time as an estimate: "by then", unless it is a placeholder for "on that day". */
export function estimateAt(timestamp: string | null): ReportedEstimate | null {
  const clock = withoutFractions(timestamp);
  if (clock === null) return null;
  const isPlaceholder = clock.length === 10 || /T(?:00:00|23:59)/.test(clock);
  return { date: clock.slice(0, 10), from: null, to: isPlaceholder ? null : clock };
}

/** The timestamp without fractions of a second; null when it is not a real time. */
function withoutFractions(timestamp: string | null): string | null {
  if (timestamp === null || placeTimeFromIso(timestamp) === null) return null;
  return timestamp.replace(' ', 'T').replace(/[.,]\d+/, '');
}

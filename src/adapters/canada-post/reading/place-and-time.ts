import {
  countryOfName,
  NO_TIME,
  type PlaceTime,
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
  type ReportedPlace,
  zoneOfPlace,
} from '../../sdk.ts';
import type { Occurrence } from '../schema.ts';

/** Codes of Canada Post's own address guidelines, and the two that some systems still write. */
const PROVINCES: ReadonlySet<string> = new Set(
  'AB BC MB NB NF NL NS NT NU ON PE PQ QC SK YT'.split(' '),
);

/** `SAINTE-FOY` in `QC`; abroad `ILTLVA,Israel`, where the office stands before the country. */
export function eventPlace(event: Occurrence): ReportedPlace | null {
  const site = event['event-site'] ?? '';
  const region = event['event-province']?.toUpperCase() ?? null;
  const facility = event['event-retail-name'] ?? null;
  if (site === '' && region === null && facility === null) return null;
  const comma = site.lastIndexOf(',');
  const abroad = comma < 0 ? null : countryOfName(site.slice(comma + 1));
  const city = (abroad === null ? site : site.slice(0, comma)).trim();
  const isCanadian = region !== null && PROVINCES.has(region);
  return {
    city: city === '' ? null : city,
    region,
    postalCode: null,
    country: isCanadian ? 'CA' : abroad,
    facility,
  };
}

/** Minutes east of UTC. Within Canada these abbreviations mean one thing each. */
const OFFSETS_MIN: Readonly<Record<string, number>> = {
  NST: -210,
  NDT: -150,
  AST: -240,
  ADT: -180,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

export function eventTime(event: Occurrence, place: ReportedPlace | null): PlaceTime {
  const day = event['event-date'] ?? '';
  const clock = event['event-time'];
  const whole = placeTimeWithoutZone(clock === undefined ? day : `${day}T${clock}`, 'second');
  const time = whole.local === null ? placeTimeWithoutZone(day.slice(0, 10), 'date') : whole;
  if (time.local === null) return NO_TIME;
  const zoneName = event['event-time-zone']?.toUpperCase() ?? '';
  const offsetMin = Object.hasOwn(OFFSETS_MIN, zoneName) ? OFFSETS_MIN[zoneName] : undefined;
  if (offsetMin !== undefined && isInCanada(place)) {
    return placeTimeWithOffset(time.local, time.precision, offsetMin);
  }
  const zone = place === null ? null : zoneOfPlace(place);
  return zone === null ? time : placeTimeInZone(time.local, time.precision, zone, 'postal_code');
}

/** Where no country is named it is Canada: only a country abroad speaks against it. */
function isInCanada(place: ReportedPlace | null): boolean {
  return place === null || place.country === null || place.country === 'CA';
}

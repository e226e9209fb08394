import { zoneOfPlace } from '../../../kernel/places/postal-zone.ts';
import {
  instantMs,
  NO_TIME,
  type PlaceTime,
  parseOffset,
} from '../../../kernel/time/place-time.ts';
import {
  placeTimeFromIso,
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
} from '../../../kernel/time/zoned-time.ts';
import type { ReportedPlace } from '../../contract/contract.ts';
import type { Service } from './services.ts';

/**
 * A timestamp as its service means it: an offset takes precedence, then the service's own zone,
 * then the zone of the place if that is certain. One answer may mix naive times with times that
 * have an offset. UTC times of a service with a home zone are converted to that zone, because its
 * naive times are in that zone and an event's identity is its wall-clock time.
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
  return restated(time, service.zone);
}

function inZone(time: PlaceTime, service: Service, place: ReportedPlace | null): PlaceTime {
  if (time.local === null) return time;
  if (service.zone !== null) {
    return placeTimeInZone(time.local, time.precision, service.zone, 'carrier_policy');
  }
  const zone = place === null ? null : zoneOfPlace(place);
  return zone === null ? time : placeTimeInZone(time.local, time.precision, zone, 'postal_code');
}

function restated(time: PlaceTime, zone: string): PlaceTime {
  const atMs = instantMs(time);
  if (atMs === null) return time;
  const offsetMin = placeTimeInZone(isoOf(atMs), 'second', zone, 'offset').offsetMin;
  if (offsetMin === null) return time;
  return placeTimeWithOffset(isoOf(atMs + offsetMin * 60_000), time.precision, offsetMin);
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** Date and time in two members, with an offset in a third (MyDHL API 3.1.1). */
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

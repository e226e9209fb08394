import { zoneOfPlace } from '../../kernel/places/postal-zone.ts';
import { formatOffset, type PlaceTime } from '../../kernel/time/place-time.ts';
import { placeTimeInZone } from '../../kernel/time/zoned-time.ts';
import type { FoldState } from '../fold/fold-input.ts';
import type { History, Observation } from './history.ts';

/**
 * Returns the IANA zone of the newest shown event from which one follows (`zoneOf`), so that the
 * result works with a calendar; null if there is none. Pure.
 */
export function eventZone(history: History, folded: FoldState): string | null {
  for (const verdict of folded.verdicts.toReversed()) {
    if (!verdict.shown || !Number.isFinite(verdict.interval.lo)) continue;
    const observation = history.facts
      .get(verdict.identity)
      ?.observations.find(
        ({ inboundMessageId }) => inboundMessageId === verdict.winningInboundMessageId,
      );
    const zone = observation === undefined ? null : zoneOf(observation);
    if (zone !== null) return zone;
  }
  return null;
}

/**
 * Returns the zone of an observation, or else that of its place. If the observation has only an
 * offset, the place's zone counts if it has that offset; otherwise the result is `Etc/GMT±n`, or
 * null if the offset is not a whole number of hours.
 */
function zoneOf({ time, place, source }: Observation): string | null {
  // The hub's own events are in UTC, which is not the zone of a place.
  if (source === 'internal') return null;
  if (time.zone !== null) return time.zone;
  const ofPlace = place === null ? null : zoneOfPlace(place);
  if (time.offsetMin === null) return ofPlace;
  return ofPlace !== null && hasOffset(ofPlace, time) ? ofPlace : zoneOfOffset(time.offsetMin);
}

/** Whether the zone has the time's offset at that time. */
function hasOffset(zone: string, { local, precision, offsetMin }: PlaceTime): boolean {
  if (local === null) return false;
  return placeTimeInZone(local, precision, zone, 'facility').offsetMin === offsetMin;
}

/** Returns the zone of an offset in whole hours: `Etc/GMT+5` is five hours *behind* UTC. */
function zoneOfOffset(offsetMin: number): string | null {
  if (offsetMin === 0) return 'Etc/GMT';
  if (offsetMin % 60 !== 0) return null;
  const sign = formatOffset(offsetMin).startsWith('-') ? '+' : '-';
  return `Etc/GMT${sign}${Math.abs(offsetMin) / 60}`;
}

import { capitalized } from '../../../../../kernel/capitalized.ts';
import { distanceM, type LatLng } from '../../../../../kernel/places/distance.ts';
import { numberFormat } from '../../../../../kernel/time/formatters.ts';
import { formatOffset, parseOffset } from '../../../../../kernel/time/place-time.ts';
import { wallClockAt } from '../../../../../kernel/time/zoned-time.ts';
import type { PublicTrack } from '../../../../../tracking/ports/public-tracks.ts';
import type { LocationJson } from '../../recipients-view.ts';
import type { PageTexts } from '../texts.ts';
import { offsetOf, type WallClockFormats } from './wall-clock.ts';

/** The courier's position, as the holder of a personal link may see it. */
export interface CourierSpot {
  readonly location: LocationJson;
  /** The parcel's destination; null: unknown to the hub, or hidden from the link's holder. */
  readonly door: LatLng | null;
}

/** The courier's position in words. */
export interface CourierView {
  /** `Ada was last seen at 2:05 PM, about 1.2 km away.` */
  readonly seen: string;
  /** `3 stops before you`; empty: unknown. */
  readonly stops: string;
  /** A note that the position is old or coarse; empty: it is current and exact. */
  readonly rough: string;
  /**
   * For the page's script, which rewrites the text with each move: texts, language, zone, door and
   * position.
   */
  readonly words: string;
}

const MINUTE_MS = 60_000;
const KM_M = 1_000;
/**
 * Distances are rounded to these steps: for an exact position, and for a coarse one (a field of 250
 * m).
 */
const STEP_M = { exact: 50, coarse: 250 } as const;

export function courierView(
  { location, door }: CourierSpot,
  track: PublicTrack,
  page: PageTexts,
  formats: WallClockFormats,
): CourierView {
  const { courier: texts, arrival, locale } = page;
  const zone = zoneOf(track);
  const time = timeAt(location.updated_at, zone, formats);
  const name = location.courier.name;
  const away = door === null ? null : Math.round(distanceM(location, door));
  const distance = away === null ? null : distanceText(away, STEP_M[location.precision], locale);
  return {
    seen:
      distance === null ? texts.seen({ name, time }) : texts.seen_away({ name, time, distance }),
    stops: stopsText(location.stops_before, arrival),
    rough: location.is_old ? texts.old : location.precision === 'coarse' ? texts.rough : '',
    words: JSON.stringify({
      texts: scriptTexts(texts, arrival),
      locale,
      zone,
      door,
      place: location,
    }),
  };
}

/** The script fills in `{name}`, `{time}` and the like, so each argument stands for itself. */
function scriptTexts(texts: PageTexts['courier'], arrival: PageTexts['arrival']) {
  const [name, time] = ['{name}', '{time}'];
  return {
    seen: texts.seen({ name, time }),
    seen_away: texts.seen_away({ name, time, distance: '{distance}' }),
    rough: texts.rough,
    old: texts.old,
    next_stop: arrival.next_stop,
    one_stop_before: arrival.one_stop_before,
    stops_before: arrival.stops_before({ count: '{count}' }),
  };
}

/**
 * The zone for the times on the page: the estimate's, else that of the newest event that states
 * one.
 */
function zoneOf({ estimated_delivery: estimate, events }: PublicTrack): string {
  const zone = estimate?.time_zone ?? null;
  if (zone !== null) return zone;
  for (const { occurred_at: at, occurred_local: local } of events) {
    const offsetMin = offsetOf(at, local);
    if (offsetMin !== null) return formatOffset(offsetMin);
  }
  return 'UTC';
}

function timeAt(instant: string, zone: string, formats: WallClockFormats): string {
  const offsetMin = parseOffset(zone);
  const shifted = () =>
    new Date(Date.parse(instant) + (offsetMin ?? 0) * MINUTE_MS).toISOString().slice(0, 19);
  const local = offsetMin === null ? (wallClockAt(instant, zone) ?? shifted()) : shifted();
  return formats.time(local) ?? local;
}

function stopsText(stops: number | null, arrival: PageTexts['arrival']): string {
  if (stops === null) return '';
  const text =
    stops === 0
      ? arrival.next_stop
      : stops === 1
        ? arrival.one_stop_before
        : arrival.stops_before({ count: String(stops) });
  return capitalized(text);
}

function distanceText(metres: number, stepM: number, locale: string): string {
  const nearby = Math.max(stepM, Math.round(metres / stepM) * stepM);
  const inKm = nearby >= KM_M;
  return numberFormat(locale, {
    style: 'unit',
    unit: inKm ? 'kilometer' : 'meter',
    maximumFractionDigits: 1,
  }).format(inKm ? metres / KM_M : nearby);
}

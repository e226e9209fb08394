import {
  type OpeningHours,
  type PickupPoint,
  type PickupPointKind,
  type PickupPointQuery,
  type PickupPointsOutcome,
  WEEKDAYS,
  type Weekday,
} from './extras.ts';

/**
 * What all adapters with pickup points share: a check of the places that may be sent, and
 * conversions of carriers' times, distances and texts to our form.
 */

export const RADIUS_M_DEFAULT = 10_000;
/**
 * Maximum radius: nobody collects a parcel from farther away. Carriers' limits are 80 to 1,000 km.
 */
export const RADIUS_M_MAX = 80_000;
export const POINTS_DEFAULT = 20;
/** Maximum of points: what every one of our carriers can return at once. */
export const POINTS_MAX = 50;

/**
 * Whether a place may be part of a call: outside input must neither change a path nor cost a call
 * that can find nothing.
 */
export function isPlausiblePlace(query: PickupPointQuery): boolean {
  const { country, postalCode, city = 'none', lat = 0, lng = 0 } = query;
  return (
    /^[A-Z]{2}$/.test(country) &&
    /^[0-9A-Za-z](?:[0-9A-Za-z -]{0,8}[0-9A-Za-z])?$/.test(postalCode) &&
    /^[\p{L}\p{M}][\p{L}\p{M}0-9 .,'’/()-]{0,79}$/u.test(city) &&
    (query.lat === undefined) === (query.lng === undefined) &&
    Math.abs(lat) <= 90 &&
    Math.abs(lng) <= 180
  );
}

/**
 * The requested kinds that a carrier can have. If none were requested: `unasked`, by default all
 * that it has.
 */
export function requestedKinds(
  query: PickupPointQuery,
  has: readonly PickupPointKind[],
  unasked: readonly PickupPointKind[] = has,
): readonly PickupPointKind[] {
  const { kinds = unasked } = query;
  return has.filter((kind) => kinds.includes(kind));
}

/**
 * Selects the points of an answer: each once, of the requested kinds, within the radius if the
 * carrier gives distances, the nearest first.
 */
export function pointsOutcome(
  points: readonly PickupPoint[],
  query: PickupPointQuery,
): PickupPointsOutcome {
  const { kinds, radiusM = RADIUS_M_DEFAULT, limit = POINTS_DEFAULT } = query;
  const distance = ({ distanceM }: PickupPoint) => distanceM ?? Number.POSITIVE_INFINITY;
  const fitting = [...new Map(points.map((point) => [point.id, point])).values()]
    .filter(({ kind }) => kinds?.includes(kind) ?? true)
    .filter(({ distanceM }) => distanceM === null || distanceM <= radiusM)
    .sort((one, other) => distance(one) - distance(other) || (one.id < other.id ? -1 : 1));
  if (fitting.length === 0) return { outcome: 'none', reason: 'the carrier names no such point' };
  return { outcome: 'points', points: fitting.slice(0, limit) };
}

/** Shortens a text to one line that can be shown; null if nothing is left. */
export function shownText(value: string | undefined | null): string | null {
  const text = value?.replace(/[\p{Cc}\s]+/gu, ' ').trim() ?? '';
  return text === '' ? null : text.slice(0, SHOWN_CHARS_MAX);
}

const SHOWN_CHARS_MAX = 120;

/** Returns an id that may be sent back to the carrier later; null for anything longer or odd. */
export function pointId(value: string | undefined | null): string | null {
  return value !== undefined && value !== null && /^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$/.test(value)
    ? value
    : null;
}

/**
 * Returns a place on the globe; both members are null unless both are valid and not the two zeros
 * that mean "unknown".
 */
export function coordinates(
  lat: number | undefined,
  lng: number | undefined,
): { readonly lat: number | null; readonly lng: number | null } {
  const known =
    lat !== undefined &&
    lng !== undefined &&
    Math.abs(lat) <= 90 &&
    Math.abs(lng) <= 180 &&
    (lat !== 0 || lng !== 0);
  return known ? { lat, lng } : { lat: null, lng: null };
}

/**
 * Converts a time of day as carriers write it to `HH:MM`; null when it is none.
 * @example wallTime('930') // '09:30'
 * @example wallTime('09:00:00') // '09:00'
 */
export function wallTime(text: string | undefined | null): string | null {
  const [, colonH, colonM, digits] =
    /^(?:(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d{1,9})?)?|(\d{1,4}))$/.exec(text?.trim() ?? '') ?? [];
  const padded = digits?.padStart(4, '0');
  const hours = Number(colonH ?? padded?.slice(0, 2));
  const minutes = Number(colonM ?? padded?.slice(2));
  if (!(hours < 24 || (hours === 24 && minutes === 0)) || !(minutes < 60)) return null;
  return `${two(hours)}:${two(minutes)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Returns one day's hours; empty if one of the times is missing. */
export function openingHours(
  weekday: Weekday | undefined,
  opens: string | undefined | null,
  closes: string | undefined | null,
): readonly OpeningHours[] {
  const [from, to] = [wallTime(opens), wallTime(closes)];
  if (weekday === undefined || from === null || to === null) return [];
  // Midnight at both ends is the whole day.
  return [{ weekday, opens: from, closes: from === '00:00' && to === '00:00' ? '24:00' : to }];
}

/** Sorts opening hours in the order of the week, each once. */
export function inWeekOrder(hours: readonly OpeningHours[]): readonly OpeningHours[] {
  const unique = new Map(hours.map((each) => [Object.values(each).join(), each]));
  return [...unique.values()].sort(
    (one, other) =>
      WEEKDAYS.indexOf(one.weekday) - WEEKDAYS.indexOf(other.weekday) ||
      (one.opens < other.opens ? -1 : 1),
  );
}

export function metresOfMiles(miles: number): number {
  return Math.round(miles * 1_609.344);
}

const EARTH_RADIUS_M = 6_371_000;

/** The distance in a straight line. */
export function metresBetween(
  one: { readonly lat: number; readonly lng: number },
  other: { readonly lat: number; readonly lng: number },
): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const [dLat, dLng] = [rad(other.lat - one.lat), rad(other.lng - one.lng)];
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(rad(one.lat)) * Math.cos(rad(other.lat)) * Math.sin(dLng / 2) ** 2;
  return Math.round(2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h))));
}

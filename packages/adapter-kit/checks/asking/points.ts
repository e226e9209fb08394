import {
  PICKUP_POINT_KINDS,
  PICKUP_SERVICES,
  type PickupPoint,
  type PickupPointQuery,
  type PickupPointsOutcome,
  POINTS_DEFAULT,
  RADIUS_M_DEFAULT,
  WEEKDAYS,
} from 'waybill/adapter';

/** Faults in any outcome of a search, whatever was answered. */
export function placeProblems(
  outcome: PickupPointsOutcome,
  query: PickupPointQuery,
): readonly string[] {
  if (outcome.outcome === 'points') return pointProblems(outcome, query);
  return outcome.reason === '' ? [`${outcome.outcome}: no reason`] : [];
}

/** Faults in the points that were found; `none` is no fault, any failure is one. */
export function pointProblems(
  outcome: PickupPointsOutcome,
  query: PickupPointQuery,
): readonly string[] {
  if (outcome.outcome === 'none') return [];
  if (outcome.outcome !== 'points') return [`${outcome.outcome}: ${outcome.reason}`];
  const { points } = outcome;
  const { limit = POINTS_DEFAULT, radiusM = RADIUS_M_DEFAULT, kinds } = query;
  const distances = points.map(({ distanceM }) => distanceM ?? Number.POSITIVE_INFINITY);
  const ids = new Set(points.map(({ id }) => id));
  return [
    ...(points.length === 0 ? ['points without a point'] : []),
    ...(points.length <= limit ? [] : [`${points.length} points, asked for ${limit}`]),
    ...(ids.size === points.length ? [] : ['a point comes twice']),
    ...(distances.every((each, nr) => nr === 0 || each >= (distances[nr - 1] ?? 0))
      ? []
      : ['the nearest is not the first']),
    ...points
      .filter(({ distanceM }) => (distanceM ?? 0) > radiusM)
      .map(({ id }) => `${id} is beyond the radius`),
    ...points
      .filter(({ kind }) => kinds !== undefined && !kinds.includes(kind))
      .map(({ id, kind }) => `${id} is a ${kind}, which nobody asked for`),
    ...points.flatMap((point) => onePoint(point).map((problem) => `${point.id}: ${problem}`)),
  ];
}

const LINE = /^[^\p{Cc}]{1,200}$/u;

function onePoint(point: PickupPoint): readonly string[] {
  const { id, kind, name, address, lat, lng, distanceM, hours, services } = point;
  const texts = [name, address.street, address.city, address.region, address.postalCode];
  return [
    ...(/^[\x21-\x7e]{1,64}$/.test(id) ? [] : ['an id that cannot be sent back']),
    ...(PICKUP_POINT_KINDS.includes(kind) ? [] : [`kind ${kind}`]),
    ...(texts.every((text) => text === null || LINE.test(text)) ? [] : ['a text of several lines']),
    ...(/^[A-Z]{2}$/.test(address.country) ? [] : [`country "${address.country}"`]),
    ...((lat === null) === (lng === null) && Math.abs(lat ?? 0) <= 90 && Math.abs(lng ?? 0) <= 180
      ? []
      : [`coordinates ${lat}, ${lng}`]),
    ...(distanceM === null || (Number.isInteger(distanceM) && distanceM >= 0)
      ? []
      : [`distance ${distanceM}`]),
    ...(services.every((service) => PICKUP_SERVICES.includes(service)) ? [] : ['unknown services']),
    ...(hours ?? []).flatMap(({ weekday, opens, closes }) =>
      WEEKDAYS.includes(weekday) && CLOCK.test(opens) && CLOCK.test(closes)
        ? []
        : [`hours ${weekday} ${opens} to ${closes}`],
    ),
  ];
}

const CLOCK = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

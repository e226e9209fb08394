import type { Position } from '../map-data.ts';

interface Place {
  readonly lat: number;
  readonly lng: number;
}

const EARTH_M = 6_371_008.8;
const DEGREE_M = 111_320;
const rad = (degrees: number) => (degrees * Math.PI) / 180;

/** Pure. */
export function distanceM(from: Place, to: Place): number {
  const half =
    Math.sin(rad(to.lat - from.lat) / 2) ** 2 +
    Math.cos(rad(from.lat)) * Math.cos(rad(to.lat)) * Math.sin(rad(to.lng - from.lng) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Degrees clockwise from north, for short distances. Pure. */
export function bearing(from: Place, to: Place): number {
  const east = (to.lng - from.lng) * Math.cos(rad(from.lat));
  return ((Math.atan2(east, to.lat - from.lat) * 180) / Math.PI + 360) % 360;
}

/** The corners of a square around a place. Pure. */
export function fieldAround([lng, lat]: Position, sideM: number): Position[] {
  const high = sideM / 2 / DEGREE_M;
  const wide = high / Math.max(0.01, Math.cos(rad(lat)));
  const [west, east, south, north] = [lng - wide, lng + wide, lat - high, lat + high];
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

/** Corners ahead among which a courier is searched: a street may come back to where it began. */
const AHEAD = 40;

/** How many points of a line along streets a courier has passed. Pure. */
export function drivenOf(points: readonly Position[], [lng, lat]: Position): number {
  const awayM = (index: number) => {
    const point = points[index];
    return point ? distanceM({ lat, lng }, { lat: point[1], lng: point[0] }) : Infinity;
  };
  let nearest = 1;
  for (let index = 2; index < Math.min(points.length, AHEAD); index += 1) {
    if (awayM(index) < awayM(nearest)) nearest = index;
  }
  const [here, next] = [points[nearest], points[nearest + 1]];
  if (!here || !next) return nearest;
  const stepM = distanceM({ lat: here[1], lng: here[0] }, { lat: next[1], lng: next[0] });
  return awayM(nearest + 1) < stepM ? nearest + 1 : nearest;
}

import { distanceM, type LatLng } from '../../../kernel/places/distance.ts';
import { geohashBox, geohashOf } from '../../../kernel/places/geohash.ts';
import type { PauseRow } from './pauses.sql.ts';

type Area = Pick<PauseRow, 'cells' | 'lat' | 'lng' | 'radius_m'>;

/** Whether a place is in an area, including its edges. Pure. */
export function isInArea({ cells, lat, lng, radius_m: radiusM }: Area, place: LatLng): boolean {
  if (lat !== null && lng !== null && radiusM !== null) {
    return distanceM({ lat, lng }, place) <= radiusM;
  }
  return cells.some((cell) => geohashOf(place, cell.length) === cell);
}

const CORNERS = 36;

/** The outlines of an area, each a ring of `[lng, lat]`, for maps. Pure. */
export function outlinesOf({ cells, lat, lng, radius_m: radiusM }: Area): [number, number][][] {
  if (lat !== null && lng !== null && radiusM !== null) {
    const high = radiusM / 111_195;
    const wide = high / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
    const corner = (nr: number): [number, number] => {
      const angle = (2 * Math.PI * nr) / CORNERS;
      return [lng + wide * Math.cos(angle), lat + high * Math.sin(angle)];
    };
    return [Array.from({ length: CORNERS }, (_, nr) => corner(nr))];
  }
  return cells.map((cell) => {
    const { south, west, north, east } = geohashBox(cell);
    return [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
    ];
  });
}

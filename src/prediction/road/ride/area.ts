import type { RoadPoint } from './ride.ts';

/**
 * Where couriers drive: a plane around the middle of its rides, with its extent. One merchant's
 * couriers in several towns are one area; trees distinguish the towns.
 */
export interface Area {
  readonly lat: number;
  readonly lng: number;
  /** Kilometres from the middle: the outermost places of training rides. */
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

const DEGREE_KM = 111.195;
const RADIANS = Math.PI / 180;
/** Up to this far beyond the outermost places the model is still better than a straight line. */
const BEYOND_KM = 2;

/** Kilometres east of the area's middle. */
export function eastOf(area: Area, { lng }: RoadPoint): number {
  const degrees = lng - area.lng;
  return (degrees - 360 * Math.round(degrees / 360)) * DEGREE_KM * Math.cos(area.lat * RADIANS);
}

/** Kilometres north of the area's middle. */
export function northOf(area: Area, { lat }: RoadPoint): number {
  return (lat - area.lat) * DEGREE_KM;
}

/** The area around these points. */
export function areaOf(points: readonly RoadPoint[]): Area {
  const lats = points.map(({ lat }) => lat).sort((a, b) => a - b);
  const lngs = points.map(({ lng }) => lng).sort((a, b) => a - b);
  const half = Math.floor(points.length / 2);
  const middle = { lat: lats[half] ?? 0, lng: lngs[half] ?? 0 };
  const area = { ...middle, west: 0, east: 0, south: 0, north: 0 };
  const at = (lat: number | undefined, lng: number | undefined) => ({
    lat: lat ?? middle.lat,
    lng: lng ?? middle.lng,
  });
  return {
    ...middle,
    west: eastOf(area, at(lats[0], lngs[0])),
    east: eastOf(area, at(lats[0], lngs.at(-1))),
    south: northOf(area, at(lats[0], lngs[0])),
    north: northOf(area, at(lats.at(-1), lngs[0])),
  };
}

/** Whether the point is near places where there were rides. */
export function isKnown(area: Area, point: RoadPoint): boolean {
  const east = eastOf(area, point);
  const north = northOf(area, point);
  return (
    east >= area.west - BEYOND_KM &&
    east <= area.east + BEYOND_KM &&
    north >= area.south - BEYOND_KM &&
    north <= area.north + BEYOND_KM
  );
}

export interface RoadPoint {
  readonly lat: number;
  readonly lng: number;
}

/** A drive at departure, with what is known then. */
export interface Ride {
  /** The driver, under any stable name; null: unknown. */
  readonly courier: string | null;
  /** The instant, milliseconds since 1970. */
  readonly atMs: number;
  /** Local time there, as if in UTC. */
  readonly wallMs: number;
  readonly from: RoadPoint;
  readonly to: RoadPoint;
}

/** A drive that has ended. */
export interface DrivenRide extends Ride {
  readonly endMs: number;
}

/** Minutes until arrival: in one of ten, in half, and in nine of ten cases. */
export interface DriveTime {
  readonly p10Min: number;
  readonly p50Min: number;
  readonly p90Min: number;
}

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function minutesOf({ atMs, endMs }: DrivenRide): number {
  return (endMs - atMs) / MINUTE_MS;
}

/** The calendar day of a local time, in days since 1970-01-01. */
export function wallDay(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

/** The hours since midnight of a local time, with their fraction. */
export function wallHour(wallMs: number): number {
  return (wallMs - wallDay(wallMs) * DAY_MS) / 3_600_000;
}

/** The weekday of a local time; 0 is Monday. */
export function wallWeekday(wallMs: number): number {
  return (((wallDay(wallMs) + 3) % 7) + 7) % 7;
}

/**
 * The local solar time in whole hours. The effect of the hour on traffic is learned, so it need not
 * be the legal time.
 */
export function sunClockMs(atMs: number, lng: number): number {
  return atMs + Math.round(lng / 15) * 3_600_000;
}

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

/** Whether the point is in the area of the training rides, or at most `BEYOND_KM` outside. */
export function isWithinArea(area: Area, point: RoadPoint): boolean {
  const east = eastOf(area, point);
  const north = northOf(area, point);
  return (
    east >= area.west - BEYOND_KM &&
    east <= area.east + BEYOND_KM &&
    north >= area.south - BEYOND_KM &&
    north <= area.north + BEYOND_KM
  );
}

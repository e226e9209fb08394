/** TSPLIB 95's distances between two points, all in whole numbers. */
const MEASURES = {
  EUC_2D: (dx: number, dy: number) => Math.floor(Math.sqrt(dx * dx + dy * dy) + 0.5),
  CEIL_2D: (dx: number, dy: number) => Math.ceil(Math.sqrt(dx * dx + dy * dy)),
  MAN_2D: (dx: number, dy: number) => Math.floor(Math.abs(dx) + Math.abs(dy) + 0.5),
  MAX_2D: (dx: number, dy: number) =>
    Math.max(Math.floor(Math.abs(dx) + 0.5), Math.floor(Math.abs(dy) + 0.5)),
  /** Pseudo-Euclidean: rounded, and up where rounding went below. */
  ATT: (dx: number, dy: number) => {
    const exact = Math.sqrt((dx * dx + dy * dy) / 10);
    const rounded = Math.floor(exact + 0.5);
    return rounded < exact ? rounded + 1 : rounded;
  },
} as const;

type CoordinateType = keyof typeof MEASURES | 'GEO';

export function isCoordinateType(type: string): type is CoordinateType {
  return type === 'GEO' || Object.hasOwn(MEASURES, type);
}

export function distancesOf(
  type: CoordinateType,
  { x, y }: { readonly x: Float64Array; readonly y: Float64Array },
): Float64Array {
  const cities = x.length;
  const cost = new Float64Array(cities * cities);
  const measure = type === 'GEO' ? null : MEASURES[type];
  const lat = type === 'GEO' ? x.map(radians) : x;
  const lng = type === 'GEO' ? y.map(radians) : y;
  for (let one = 0; one < cities; one += 1) {
    for (let other = one + 1; other < cities; other += 1) {
      const distance =
        measure === null
          ? geographic(lat, lng, one, other)
          : measure(
              (x[one] as number) - (x[other] as number),
              (y[one] as number) - (y[other] as number),
            );
      cost[one * cities + other] = distance;
      cost[other * cities + one] = distance;
    }
  }
  return cost;
}

/** The constants are TSPLIB's: with better ones the proven optima would not hold. */
const PI = Math.PI;
const EARTH_KM = 6378.388;

/** Degrees and minutes are written as DDD.MM. */
function radians(written: number): number {
  const degrees = Math.trunc(written);
  return (PI * (degrees + (5 * (written - degrees)) / 3)) / 180;
}

function geographic(lat: Float64Array, lng: Float64Array, one: number, other: number): number {
  const q1 = Math.cos((lng[one] as number) - (lng[other] as number));
  const q2 = Math.cos((lat[one] as number) - (lat[other] as number));
  const q3 = Math.cos((lat[one] as number) + (lat[other] as number));
  return Math.trunc(EARTH_KM * Math.acos(0.5 * ((1 + q1) * q2 - (1 - q1) * q3)) + 1);
}

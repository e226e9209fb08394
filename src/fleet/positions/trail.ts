/**
 * A courier's fixes in order of time. Each number has a column, because a day of many couriers has
 * tens of millions of fixes.
 */
export interface Trail {
  /** Seconds since any instant, never decreasing. */
  readonly timeS: Float64Array;
  /** East (`x`) and north (`y`), both in metres or both in degrees. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /**
   * Metres per unit to the east at each fix: 1 for metres; for degrees it shrinks toward the
   * poles.
   */
  readonly xUnitM: Float64Array;
  /** Metres per unit to the north. */
  readonly yUnitM: number;
}

/** Creates a trail of positions in a plane, in metres. */
export function planeTrail(
  timeS: ArrayLike<number>,
  xM: ArrayLike<number>,
  yM: ArrayLike<number>,
): Trail {
  return {
    timeS: Float64Array.from(timeS),
    x: Float64Array.from(xM),
    y: Float64Array.from(yM),
    xUnitM: new Float64Array(timeS.length).fill(1),
    yUnitM: 1,
  };
}

/**
 * The Earth's largest radius of curvature. With any other radius, measured errors are smaller than
 * promised, never larger.
 */
const RADIUS_MOST_M = 6_399_594;
const DEGREE_M = (RADIUS_MOST_M * Math.PI) / 180;

/**
 * Creates a trail of positions in degrees. Longitudes continue beyond 180 where the trail crosses
 * that line.
 */
export function earthTrail(
  timeS: ArrayLike<number>,
  lat: ArrayLike<number>,
  lng: ArrayLike<number>,
): Trail {
  const x = Float64Array.from(lng);
  for (let index = 1; index < x.length; index += 1) {
    const step = (x[index] as number) - (x[index - 1] as number);
    x[index] = (x[index] as number) - 360 * Math.round(step / 360);
  }
  const y = Float64Array.from(lat);
  return {
    timeS: Float64Array.from(timeS),
    x,
    y,
    xUnitM: y.map((degrees) => DEGREE_M * Math.cos((degrees * Math.PI) / 180)),
    yUnitM: DEGREE_M,
  };
}

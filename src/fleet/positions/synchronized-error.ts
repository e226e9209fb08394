import type { Trail } from './trail.ts';

/**
 * The distance of each fix from the simplified trail at that moment, in metres: zero for the
 * retained fixes. The plain distance to the line would not distinguish a courier who waited ten
 * minutes from one who drove on.
 *
 * @param retained indices of the retained fixes, ascending, including the first and the last
 */
export function synchronizedErrorsM(trail: Trail, retained: ArrayLike<number>): Float64Array {
  const errors = new Float64Array(trail.timeS.length);
  for (let nr = 1; nr < retained.length; nr += 1) {
    const from = retained[nr - 1] as number;
    const to = retained[nr] as number;
    for (let at = from + 1; at < to; at += 1) {
      errors[at] = Math.sqrt(squaredErrorM2(trail, from, to, at));
    }
  }
  return errors;
}

/** The squared distance of fix `at` from an even ride from fix `from` to `to` at that moment. */
export function squaredErrorM2(
  { timeS, x, y, xUnitM, yUnitM }: Trail,
  from: number,
  to: number,
  at: number,
): number {
  const start = timeS[from] as number;
  const span = (timeS[to] as number) - start;
  // Fixes of one instant: the ride has not begun.
  const part = span > 0 ? ((timeS[at] as number) - start) / span : 0;
  const fromX = x[from] as number;
  const fromY = y[from] as number;
  const east = fromX + part * ((x[to] as number) - fromX) - (x[at] as number);
  const north = fromY + part * ((y[to] as number) - fromY) - (y[at] as number);
  const eastM = east * (xUnitM[at] as number);
  const northM = north * yUnitM;
  return eastM * eastM + northM * northM;
}

import type { Trail } from './trail.ts';

/**
 * Maximum number of fixes that a leg skips. Longer legs would save almost nothing (one fix in four
 * hundred), and searching for them from each fix of a night at the kerb is quadratic.
 */
const LEG_FIXES_MAX = 400;
/** A factor that keeps rounding from pushing a leg that is exactly at the limit over it. */
const ROUNDING = 1 - 1e-9;

/**
 * Selects the fewest fixes of a trail such that at every omitted fix the courier is within
 * `errorMaxM` metres of the simplified place. Between two retained fixes the courier is assumed to
 * move evenly, so stops are preserved to within the error. Finds the minimum, not an approximation:
 * the fixes that can follow one another form a graph, in which it takes the shortest path (Imai and
 * Iri 1988, with the synchronised distance). Memory is proportional to the trail.
 * @returns their indices, ascending; always with the first and the last
 */
export function simplify(trail: Trail, errorMaxM: number): Int32Array {
  const count = trail.timeS.length;
  if (count === 0) return new Int32Array(0);
  const legs = new Int32Array(count).fill(count);
  const before = new Int32Array(count).fill(-1);
  legs[0] = 0;
  const cone = new Cone(trail, errorMaxM);
  const allowedM2 = errorMaxM * errorMaxM * ROUNDING;
  for (let from = 0; from < count - 1; from += 1) {
    // From here on, nothing is reached in fewer legs than the end already needs.
    const legsNow = (legs[from] as number) + 1;
    if (legsNow >= (legs[count - 1] as number)) continue;
    const last = Math.min(count - 1, from + LEG_FIXES_MAX);
    cone.open(from);
    for (let to = from + 1; to <= last; to += 1) {
      if (legsNow < (legs[to] as number) && isWithin(trail, cone, to, allowedM2)) {
        legs[to] = legsNow;
        before[to] = from;
      }
      if (!cone.narrow(to)) break;
    }
  }
  return pathTo(count - 1, before, legs[count - 1] as number);
}

/**
 * Whether every fix in between is within the error of a straight move from the cone's apex to `to`.
 */
function isWithin(trail: Trail, cone: Cone, to: number, allowedM2: number): boolean {
  const guess = cone.guess(to);
  if (guess !== 'look') return guess === 'within';
  // The fix that narrowed the cone last most often violates the limit.
  for (let at = to - 1; at > cone.apex; at -= 1) {
    if (squaredErrorM2(trail, cone.apex, to, at) > allowedM2) return false;
  }
  return true;
}

/** Follows the predecessors back from `last`; returns the indexes of the fixes to keep. */
function pathTo(last: number, predecessors: Int32Array, legs: number): Int32Array {
  const path = new Int32Array(legs + 1);
  let at = last;
  for (let index = legs; index >= 0; index -= 1) {
    path[index] = at;
    at = predecessors[at] as number;
  }
  return path;
}

/**
 * The synchronised error of each fix: the distance from the simplified trail at that moment, in
 * metres; zero for the retained fixes. The plain distance to the line would not distinguish a
 * courier who waited ten minutes from one who drove on.
 * @param retained indices of the retained fixes, ascending, including the first and the last
 */
export function synchronizedErrorsM(trail: Trail, retained: ArrayLike<number>): Float64Array {
  const errors = new Float64Array(trail.timeS.length);
  for (let index = 1; index < retained.length; index += 1) {
    const from = retained[index - 1] as number;
    const to = retained[index] as number;
    for (let at = from + 1; at < to; at += 1) {
      errors[at] = Math.sqrt(squaredErrorM2(trail, from, to, at));
    }
  }
  return errors;
}

/**
 * The squared distance of fix `at` from where an even ride from fix `from` to fix `to` would be at
 * that moment.
 */
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

/** The distance from a square's middle to its corner, in half sides. */
const DIAGONAL = Math.SQRT2;
/**
 * Tolerance of comparisons with the rectangles. Close cases are computed exactly, so that rounding
 * decides nothing.
 */
const SLACK = 1e-6;

/**
 * The set of velocities with which a straight move from one fix passes each later fix within the
 * error. Each fix allows the velocities in a disk around its own mean velocity; the disk shrinks
 * with time. The set is represented by two rectangles: one that contains the intersection of all
 * disks, and one inside it. Outside the first nothing is possible, inside the second everything is,
 * and in between an exact check is needed.
 */
class Cone {
  readonly #trail: Trail;
  readonly #errorMaxM: number;
  apex = 0;
  /** West, east, south and north ends of the outer rectangle. */
  readonly #outer = new Float64Array(4);
  readonly #inner = new Float64Array(4);

  constructor(trail: Trail, errorMaxM: number) {
    this.#trail = trail;
    this.#errorMaxM = errorMaxM;
  }

  open(apex: number): void {
    this.apex = apex;
    for (const box of [this.#outer, this.#inner]) {
      box[0] = -Infinity;
      box[1] = Infinity;
      box[2] = -Infinity;
      box[3] = Infinity;
    }
  }

  /**
   * Whether a straight move from the apex to this fix is possible, as far as the rectangles show;
   * `look` means that an exact check is needed.
   */
  guess(to: number): 'within' | 'beyond' | 'look' {
    const { timeS, x, y } = this.#trail;
    const spanS = (timeS[to] as number) - (timeS[this.apex] as number);
    if (!(spanS > 0)) return 'look';
    const east = ((x[to] as number) - (x[this.apex] as number)) / spanS;
    const north = ((y[to] as number) - (y[this.apex] as number)) / spanS;
    if (isIn(this.#inner, east, north)) return 'within';
    return isIn(this.#outer, east, north) ? 'look' : 'beyond';
  }

  /**
   * Narrows the set by a fix that the move has to pass. @returns whether any later fix can still be
   * reached
   */
  narrow(by: number): boolean {
    const { timeS, x, y, xUnitM, yUnitM } = this.#trail;
    const spanS = (timeS[by] as number) - (timeS[this.apex] as number);
    const eastward = (x[by] as number) - (x[this.apex] as number);
    const northward = (y[by] as number) - (y[this.apex] as number);
    const eastM = xUnitM[by] as number;
    if (!(spanS > 0)) {
      // No movement is possible within one instant; later, any velocity is.
      return Math.hypot(eastward * eastM, northward * yUnitM) <= this.#errorMaxM;
    }
    const east = eastward / spanS;
    const north = northward / spanS;
    const reach = this.#errorMaxM / spanS;
    const outer = reach * (1 + SLACK);
    const inner = (reach * (1 - SLACK)) / DIAGONAL;
    cut(this.#outer, east, outer / eastM, north, outer / yUnitM);
    cut(this.#inner, east, inner / eastM, north, inner / yUnitM);
    const box = this.#outer;
    return (box[0] as number) <= (box[1] as number) && (box[2] as number) <= (box[3] as number);
  }
}

function isIn(box: Float64Array, east: number, north: number): boolean {
  return (
    east >= (box[0] as number) &&
    east <= (box[1] as number) &&
    north >= (box[2] as number) &&
    north <= (box[3] as number)
  );
}

function cut(
  box: Float64Array,
  east: number,
  eastHalf: number,
  north: number,
  northHalf: number,
): void {
  if (east - eastHalf > (box[0] as number)) box[0] = east - eastHalf;
  if (east + eastHalf < (box[1] as number)) box[1] = east + eastHalf;
  if (north - northHalf > (box[2] as number)) box[2] = north - northHalf;
  if (north + northHalf < (box[3] as number)) box[3] = north + northHalf;
}

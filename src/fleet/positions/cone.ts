import type { Trail } from './trail.ts';

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
export class Cone {
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

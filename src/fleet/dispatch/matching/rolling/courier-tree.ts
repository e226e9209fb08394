import type { CourierState, Place } from '../policy.ts';

interface Search {
  readonly place: Place;
  readonly atLeast: (squaredM: number, freeS: number, speedMS: number) => number;
  readonly limit: () => number;
  readonly visit: (index: number) => void;
}

type FourAxes = [Float64Array, Float64Array, Float64Array, Float64Array];

const LEAF_MAX = 8;
/**
 * The bounds of a node: minimum and maximum of x, y and z, the earliest time a courier is free, and
 * the greatest speed.
 */
const NUMBERS = 8;
const [FREE_S, SPEED_MS] = [6, 7];

/**
 * A tree of couriers by place and by when they are free, split repeatedly along the widest axis,
 * so that the search for an order's best courier visits few. Built for each plan: couriers move,
 * and 20,000 take a few milliseconds.
 */
export class CourierTree {
  /**
   * The couriers' x, y and z, and how far they could have ridden until they are free: the tree
   * treats time as a distance.
   */
  readonly #axes: readonly Float64Array[];
  readonly #freeS: Float64Array;
  readonly #speedMS: Float64Array;
  /** The couriers' indices; those of a node are contiguous. */
  readonly #order: Int32Array;
  /**
   * The bounds of all nodes: those of node n begin at n × NUMBERS. Its children are 2n + 1 and 2n +
   * 2.
   */
  readonly #bounds: Float64Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #isLeaf: Uint8Array;

  constructor(couriers: readonly CourierState[], nowS: number) {
    const count = couriers.length;
    const [xs, ys, zs, times] = [0, 1, 2, 3].map(() => new Float64Array(count)) as FourAxes;
    this.#axes = [xs, ys, zs, times];
    this.#freeS = new Float64Array(count);
    this.#speedMS = new Float64Array(count);
    this.#order = new Int32Array(count);
    // A single loop, because 20,000 couriers are copied many times a second.
    for (let index = 0; index < count; index += 1) {
      const { place, freeS, speedMS } = couriers[index] as CourierState;
      xs[index] = place.x;
      ys[index] = place.y;
      zs[index] = place.z;
      times[index] = Math.max(nowS, freeS) * speedMS;
      this.#freeS[index] = freeS;
      this.#speedMS[index] = speedMS;
      this.#order[index] = index;
    }
    const nodes = nodesFor(count);
    this.#bounds = new Float64Array(nodes * NUMBERS);
    this.#from = new Int32Array(nodes);
    this.#to = new Int32Array(nodes);
    this.#isLeaf = new Uint8Array(nodes);
    if (count > 0) this.#build(0, 0, count);
  }

  /**
   * Visits couriers, starting with the most promising parts of town, and skips parts where none can
   * be good enough.
   * @param atLeast a lower bound of the cost in a part, from its bounds; never less than that of
   * the enclosing part.
   * @param limit the cost that is currently good enough.
   * @param visit gets a courier's index.
   */
  search(
    place: Place,
    atLeast: (squaredM: number, freeS: number, speedMS: number) => number,
    limit: () => number,
    visit: (index: number) => void,
  ): void {
    if (this.#order.length === 0) return;
    this.#search(0, this.#atLeast(0, place, atLeast), { place, atLeast, limit, visit });
  }

  #search(node: number, cost: number, search: Search): void {
    if (cost > search.limit() || cost === Number.POSITIVE_INFINITY) return;
    if (this.#isLeaf[node] === 1) {
      const to = this.#to[node] as number;
      for (let index = this.#from[node] as number; index < to; index += 1) {
        search.visit(this.#order[index] as number);
      }
      return;
    }
    const left = 2 * node + 1;
    const leftCost = this.#atLeast(left, search.place, search.atLeast);
    const rightCost = this.#atLeast(left + 1, search.place, search.atLeast);
    const isLeftFirst = leftCost <= rightCost;
    this.#search(isLeftFirst ? left : left + 1, isLeftFirst ? leftCost : rightCost, search);
    this.#search(isLeftFirst ? left + 1 : left, isLeftFirst ? rightCost : leftCost, search);
  }

  /** The lower bound of the cost of a node's couriers. */
  #atLeast(node: number, place: Place, atLeast: Search['atLeast']): number {
    const at = node * NUMBERS;
    return atLeast(
      this.#squaredM(node, place),
      this.#bounds[at + FREE_S] as number,
      this.#bounds[at + SPEED_MS] as number,
    );
  }

  /** The squared distance, in m², from a place to the nearest point within a node's bounds. */
  #squaredM(node: number, { x, y, z }: Place): number {
    const at = node * NUMBERS;
    const bounds = this.#bounds;
    const dx = distanceOutside(x, bounds[at] as number, bounds[at + 1] as number);
    const dy = distanceOutside(y, bounds[at + 2] as number, bounds[at + 3] as number);
    const dz = distanceOutside(z, bounds[at + 4] as number, bounds[at + 5] as number);
    return dx * dx + dy * dy + dz * dz;
  }

  #build(node: number, from: number, to: number): void {
    const longest = this.#bound(node, from, to);
    this.#from[node] = from;
    this.#to[node] = to;
    const at = node * NUMBERS;
    if (to - from <= LEAF_MAX) {
      this.#isLeaf[node] = 1;
      this.#bounds[at + FREE_S] = leastOf(this.#freeS, this.#order, from, to);
      this.#bounds[at + SPEED_MS] = mostOf(this.#speedMS, this.#order, from, to);
      return;
    }
    const middle = (from + to) >> 1;
    selectMiddle(this.#order, this.#axes[longest] as Float64Array, { from, to: to - 1, middle });
    this.#build(2 * node + 1, from, middle);
    this.#build(2 * node + 2, middle, to);
    const left = (2 * node + 1) * NUMBERS;
    const right = left + NUMBERS;
    const bounds = this.#bounds;
    bounds[at + FREE_S] = Math.min(
      bounds[left + FREE_S] as number,
      bounds[right + FREE_S] as number,
    );
    bounds[at + SPEED_MS] = Math.max(
      bounds[left + SPEED_MS] as number,
      bounds[right + SPEED_MS] as number,
    );
  }

  /** Computes the bounds of a node; returns the widest axis. */
  #bound(node: number, from: number, to: number): number {
    const at = node * NUMBERS;
    let longest = 0;
    let longestM = -1;
    for (let axis = 0; axis < 4; axis += 1) {
      const values = this.#axes[axis] as Float64Array;
      const least = leastOf(values, this.#order, from, to);
      const greatest = mostOf(values, this.#order, from, to);
      if (axis < 3) {
        this.#bounds[at + 2 * axis] = least;
        this.#bounds[at + 2 * axis + 1] = greatest;
      }
      if (greatest - least > longestM) {
        longest = axis;
        longestM = greatest - least;
      }
    }
    return longest;
  }
}

function leastOf(values: Float64Array, order: Int32Array, from: number, to: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let index = from; index < to; index += 1) {
    const value = values[order[index] as number] as number;
    if (value < least) least = value;
  }
  return least;
}

function mostOf(values: Float64Array, order: Int32Array, from: number, to: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let index = from; index < to; index += 1) {
    const value = values[order[index] as number] as number;
    if (value > greatest) greatest = value;
  }
  return greatest;
}

/** How far a value lies outside an interval. */
function distanceOutside(value: number, least: number, greatest: number): number {
  if (value < least) return least - value;
  return value > greatest ? value - greatest : 0;
}

/** The number of nodes in a halving tree of this many couriers. */
function nodesFor(count: number): number {
  let nodes = 1;
  for (let each = count; each > LEAF_MAX; each = (each + 1) >> 1) nodes = 2 * nodes + 1;
  return nodes;
}

/** Partially sorts a range until everything before the middle belongs there (Hoare's selection). */
function selectMiddle(
  order: Int32Array,
  values: Float64Array,
  range: { readonly from: number; readonly to: number; readonly middle: number },
): void {
  const { middle } = range;
  let { from, to } = range;
  while (from < to) {
    const pivot = values[order[(from + to) >> 1] as number] as number;
    let low = from;
    let high = to;
    while (low <= high) {
      while ((values[order[low] as number] as number) < pivot) low += 1;
      while ((values[order[high] as number] as number) > pivot) high -= 1;
      if (low > high) break;
      const swapped = order[low] as number;
      order[low] = order[high] as number;
      order[high] = swapped;
      low += 1;
      high -= 1;
    }
    if (middle <= high) to = high;
    else if (middle >= low) from = low;
    else return;
  }
}

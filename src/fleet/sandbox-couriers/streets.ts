import { readFileSync } from 'node:fs';
import { distanceM, type LatLng } from '../../kernel/places/distance.ts';
import { shippedFile } from '../../platform/shipped.ts';

/** The streets on which sandbox couriers ride, and along which maps draw routes. */
export interface Streets {
  readonly points: readonly LatLng[];
  readonly exits: Exits;
}

/**
 * The points that can be reached from each point, and how far they are. Those of point `n` begin at
 * `begins[n]` and end before `begins[n + 1]`. As objects, they would take a hundred bytes each.
 */
interface Exits {
  readonly begins: Uint32Array;
  readonly to: Uint32Array;
  readonly metres: Uint32Array;
}

/** What `tools/map/roads.py` writes. */
interface StreetsFile {
  readonly points: readonly number[];
  readonly streets: readonly (readonly number[])[];
  readonly one_way: readonly (readonly number[])[];
}

const DEGREE = 100_000;
/** Farther from any street, a courier rides straight ahead. */
const OFF_STREET_M = 500;
const OFF_STREET_DEGREES = OFF_STREET_M / 110_000;
/** Across a yard, nobody looks for a street. */
const NEAR_M = 30;

/** Read once, because maps and couriers ask for them, and they take a megabyte. */
let shipped: Streets | null = null;

/** Reads the streets of Liechtenstein, which ship with the product. */
export function readStreets(): Streets {
  const path = shippedFile('config/maps/liechtenstein-roads.json');
  shipped ??= streetsOf(JSON.parse(readFileSync(path, 'utf8')));
  return shipped;
}

/** Builds the streets from a file, whose points are each relative to the one before. Pure. */
export function streetsOf({ points: steps, streets, one_way: oneWay }: StreetsFile): Streets {
  const points: LatLng[] = [];
  let [lat, lng] = [0, 0];
  for (let at = 0; at < steps.length; at += 2) {
    lat += steps[at] ?? 0;
    lng += steps[at + 1] ?? 0;
    points.push({ lat: lat / DEGREE, lng: lng / DEGREE });
  }
  const ways = [...streets, ...streets.map((each) => each.toReversed()), ...oneWay];
  return { points, exits: exitsOf(points, ways) };
}

function exitsOf(points: readonly LatLng[], ways: readonly (readonly number[])[]): Exits {
  const reached: number[][] = points.map(() => []);
  for (const way of ways) {
    for (const [index, to] of way.entries()) reached[way[index - 1] ?? -1]?.push(to);
  }
  const begins = new Uint32Array(points.length + 1);
  for (const [from, { length }] of reached.entries()) {
    begins[from + 1] = (begins[from] ?? 0) + length;
  }
  // At least one metre: the search below goes on by whole metres.
  const metres = reached.flatMap((each, from) =>
    each.map((to) =>
      Math.max(1, Math.round(distanceM(pointAt(points, from), pointAt(points, to)))),
    ),
  );
  return { begins, to: Uint32Array.from(reached.flat()), metres: Uint32Array.from(metres) };
}

function pointAt(points: readonly LatLng[], index: number): LatLng {
  const point = points[index];
  if (point === undefined) throw new Error(`the streets have no point ${index}`);
  return point;
}

/** The shortest way on streets; straight where there are none. Pure. */
export function wayOn(streets: Streets, from: LatLng, to: LatLng): LatLng[] {
  const isNear = distanceM(from, to) < NEAR_M;
  const [start, end] = isNear ? [null, null] : [nearest(streets, from), nearest(streets, to)];
  const found = start === null || end === null ? [] : shortest(streets, start, end);
  const way = [from, ...found.flatMap((index) => streets.points[index] ?? []), to];
  return way.filter(({ lat, lng }, index) => {
    const before = way[index - 1];
    return before === undefined || before.lat !== lat || before.lng !== lng;
  });
}

/** The point of a street next to a place; null: there is no street around it. Pure. */
export function nearest({ points }: Streets, place: LatLng): number | null {
  let [found, least]: [number | null, number] = [null, OFF_STREET_M];
  for (const [index, point] of points.entries()) {
    // Most points are in other villages: a look at the latitude is enough.
    if (Math.abs(point.lat - place.lat) > OFF_STREET_DEGREES) continue;
    const metres = distanceM(point, place);
    if (metres < least) [found, least] = [index, metres];
  }
  return found;
}

/**
 * The points on the shortest way, both ends included; none: there is no way. Dijkstra's search, by
 * whole metres: the points at each distance wait in a list of their own. Pure.
 */
export function shortest({ exits }: Streets, start: number, end: number): number[] {
  const cameFrom = new Map<number, number>();
  const reached = new Set<number>();
  const waiting: (readonly [to: number, from: number])[][] = [[[start, start]]];
  for (let metres = 0; metres < waiting.length && !reached.has(end); metres += 1) {
    for (const [at, before] of waiting[metres] ?? []) {
      if (reached.has(at)) continue;
      reached.add(at);
      cameFrom.set(at, before);
      const last = exits.begins[at + 1] ?? 0;
      for (let exit = exits.begins[at] ?? last; exit < last; exit += 1) {
        const distance = metres + (exits.metres[exit] ?? 0);
        waiting[distance] ??= [];
        waiting[distance].push([exits.to[exit] ?? at, at]);
      }
    }
  }
  if (!reached.has(end)) return [];
  const way = [end];
  for (let at = end; at !== start; way.unshift(at)) at = cameFrom.get(at) ?? start;
  return way;
}

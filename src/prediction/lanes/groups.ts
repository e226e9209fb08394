import type { Parcel, ParcelPlace } from '../sample/parcel.ts';

/**
 * The groups that a parcel is compared with, from all to its zone. `zone` is the first characters
 * of the destination's postal code: the area that shares a depot nearly everywhere.
 */
export const GROUPS = ['all', 'origin', 'destination', 'lane', 'zone', 'sender'] as const;

export type Group = (typeof GROUPS)[number];

/** The wider group that supplements a group with little history; `all` has none. */
export const PARENTS: Readonly<Record<Exclude<Group, 'all'>, Group>> = {
  origin: 'all',
  destination: 'all',
  lane: 'destination',
  zone: 'lane',
  sender: 'all',
};

export type GroupKeys = Readonly<Record<Group, string>>;

/** Three characters separate depots and still gather parcels; two where codes are short. */
export const ZONE_CHARS = 3;

const REGION_CHARS = 2;

/** The keys of a parcel's groups. Groups of different carriers or services are separate. */
export function groupKeys(parcel: Omit<Parcel, 'deliveredAt'>): GroupKeys {
  const how = joined(parcel.carrier, parcel.serviceLevel);
  const origin = joined(how, regionOf(parcel.origin));
  const destination = joined(how, regionOf(parcel.destination));
  const lane = joined(origin, regionOf(parcel.destination));
  const { country, postal } = parcel.destination;
  const zone = postal === '' ? lane : joined(how, country, postal.slice(0, ZONE_CHARS));
  return { all: '', origin, destination, lane, zone, sender: joined(how, parcel.sender) };
}

/** The given region, or the beginning of the postal code if none was given. */
export function regionOf({ country, region, postal }: ParcelPlace): string {
  return joined(country, region === '' ? postal.slice(0, REGION_CHARS) : region);
}

/** A lane in plain form: from region to region, for any carrier. */
export function plainLane(parcel: Omit<Parcel, 'deliveredAt'>): string {
  return joined(regionOf(parcel.origin), regionOf(parcel.destination));
}

/**
 * Joins the parts of a key with a character that no cell of a file contains, so that `a|b` and
 * `ab|` differ.
 */
function joined(...parts: readonly string[]): string {
  return parts.join('\u001f');
}

/** The largest share one lane may have in the figures of all. */
const SHARE_MAX = 0.4;

/**
 * A parcel's weight among all: less than one if its lane has more parcels than its share allows. A
 * flooded lane, through a sale or a mistake, says a lot about itself and only this much about all.
 */
export function fairWeight(ofLane: number, ofAll: number): number {
  const others = Math.max(ofAll - ofLane, 1);
  const most = (others * SHARE_MAX) / (1 - SHARE_MAX);
  return ofLane <= most ? 1 : most / ofLane;
}

/** Counts by key, and in total. */
export class Tally {
  readonly #counts = new Map<string, number>();
  #all = 0;

  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#all += 1;
  }

  weight(key: string): number {
    return fairWeight(this.#counts.get(key) ?? 0, this.#all);
  }
}

/** The number of days that are stored: older ones are never queried. */
const WINDOW_DAYS = 91;

/** Sums by day of one group, for the last quarter of a year; days come in order. */
export class DaySums {
  readonly #days: number[] = [];
  readonly #sums: number[] = [];
  readonly #counts: number[] = [];

  add(day: number, value: number, count = 1): void {
    const last = this.#days.length - 1;
    if (this.#days[last] === day) {
      this.#sums[last] = (this.#sums[last] ?? 0) + value;
      this.#counts[last] = (this.#counts[last] ?? 0) + count;
      return;
    }
    this.#days.push(day);
    this.#sums.push(value);
    this.#counts.push(count);
    this.#drop(day - WINDOW_DAYS);
  }

  /** Totals of the last days up to `day`, for each of `spans`, short ones first. */
  over(day: number, spans: readonly number[]): { readonly sum: number; readonly count: number }[] {
    const found: { sum: number; count: number }[] = [];
    let sum = 0;
    let count = 0;
    let at = this.#days.length - 1;
    for (const span of spans) {
      for (; at >= 0 && (this.#days[at] ?? 0) > day - span; at -= 1) {
        sum += this.#sums[at] ?? 0;
        count += this.#counts[at] ?? 0;
      }
      found.push({ sum, count });
    }
    return found;
  }

  /** [day, sum, count] of each stored day. */
  entries(): [number, number, number][] {
    return this.#days.map((day, index) => [day, this.#sums[index] ?? 0, this.#counts[index] ?? 0]);
  }

  #drop(before: number): void {
    let old = 0;
    while ((this.#days[old] ?? before) < before) old += 1;
    if (old < WINDOW_DAYS) return; // Removing is rare, and then removes many at once.
    this.#days.splice(0, old);
    this.#sums.splice(0, old);
    this.#counts.splice(0, old);
  }
}

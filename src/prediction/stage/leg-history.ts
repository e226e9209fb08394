import { DaySums, regionOf } from '../lanes/groups.ts';
import type { OpenParcel, ParcelStop } from '../sample/parcel.ts';
import type { Progress } from './progress.ts';

/** The number of scans from which a place counts as one that other parcels pass as well. */
const KNOWN_FROM = 30;
const PLACES_MAX = 10_000;
/** The last week compared with the four before it. */
const SPANS_DAYS = [7, 28] as const;

/** [place, times seen, [day, scans] of the last weeks] */
type PlaceEntry = [string, number, [number, number][]];

interface Throughput {
  /** ln(scans + 1) of the last week. */
  readonly week: number;
  /** The same logarithm relative to what is usual there. */
  readonly beyondUsual: number;
}

/** The current number of parcels through each building. */
class BusyPlaces {
  readonly #places = new Map<string, { seen: number; readonly days: DaySums }>();

  constructor(entries: readonly PlaceEntry[] = []) {
    for (const [place, seen, scans] of entries) {
      const days = new DaySums();
      for (const [day, count] of scans) days.add(day, 0, count);
      this.#places.set(place, { seen, days });
    }
  }

  record(place: string, day: number): void {
    const known = this.#places.get(place);
    if (known === undefined && (place === '' || this.#places.size >= PLACES_MAX)) return;
    const { seen, days } = known ?? { seen: 0, days: new DaySums() };
    days.add(day, 0);
    this.#places.set(place, { seen: seen + 1, days });
  }

  isKnown(place: string): boolean {
    return (this.#places.get(place)?.seen ?? 0) >= KNOWN_FROM;
  }

  /** The throughput of a place; its figures are NaN for an unknown place. */
  of(place: string, day: number): Throughput {
    const known = this.#places.get(place);
    if (known === undefined) return { week: NaN, beyondUsual: NaN };
    const [week, month] = known.days.over(day, SPANS_DAYS);
    const usual = (month?.count ?? 0) / (SPANS_DAYS[1] / SPANS_DAYS[0]);
    const log = Math.log((week?.count ?? 0) + 1);
    return { week: log, beyondUsual: log - Math.log(usual + 1) };
  }

  /** The places with the most scans, at most this many. */
  entries(most: number): PlaceEntry[] {
    return [...this.#places]
      .sort(([a, { seen: m }], [b, { seen: n }]) => n - m || (a < b ? -1 : 1))
      .slice(0, most)
      .map(([place, { seen, days }]) => {
        const scans = days.entries();
        const first = (scans.at(-1)?.[0] ?? 0) - SPANS_DAYS[1];
        const late = scans.filter(([day]) => day > first);
        return [place, seen, late.map(([day, , count]): [number, number] => [day, count])];
      });
  }
}

/** Weight of the wider group's mean in the narrower one's, in values. */
const WIDER_WEIGHT = 8;
/** The maximum count of a mean, so that means keep following changes. */
const COUNT_MAX = 300;
/**
 * The maximum number of groups. Names come from carriers; beyond this number new groups use the
 * wider ones.
 */
const GROUPS_MAX = 20_000;

/** [group, mean, count] */
type MeanEntry = [string, number, number];

/** Means of a few figures by group, each shrunk toward the next wider one. */
class ShrunkMeans {
  readonly #groups: Map<string, { mean: number; count: number }>;

  constructor(entries: readonly MeanEntry[] = []) {
    this.#groups = new Map(entries.map(([key, mean, count]) => [key, { mean, count }]));
  }

  /** @param groups from the widest to the narrowest. */
  add(groups: readonly string[], value: number): void {
    for (const key of groups) {
      const known = this.#groups.get(key) ?? { mean: 0, count: 0 };
      if (known.count === 0 && this.#groups.size >= GROUPS_MAX) continue;
      known.count = Math.min(known.count + 1, COUNT_MAX);
      known.mean += (value - known.mean) / known.count;
      this.#groups.set(key, known);
    }
  }

  /** The shrunk mean of the narrowest group; NaN if none of the groups is known. */
  of(groups: readonly string[]): number {
    let mean = NaN;
    for (const key of groups) {
      const own = this.#groups.get(key);
      if (own === undefined) continue;
      mean = Number.isNaN(mean)
        ? own.mean
        : (own.mean * own.count + mean * WIDER_WEIGHT) / (own.count + WIDER_WEIGHT);
    }
    return mean;
  }

  /** The groups with the most data. */
  entries(most: number): MeanEntry[] {
    return [...this.#groups]
      .map(([key, { mean, count }]): MeanEntry => [key, mean, count])
      .sort(([a, , m], [b, , n]) => n - m || (a < b ? -1 : 1))
      .slice(0, most);
  }
}

/** What was known at a moment about other parcels' times there; times are ln(days + an hour). */
export interface LegComparison {
  /** The duration of the last leg, and its usual duration; NaN if unknown. */
  readonly leg: number;
  readonly usualLeg: number;
  /** The usual times from there until a parcel's next scan elsewhere, and until its delivery. */
  readonly usualStay: number;
  readonly usualRest: number;
  readonly throughput: Throughput;
  /** The building as a word; empty until it is well known. */
  readonly place: string;
}

interface LegEntries {
  readonly legs: MeanEntry[];
  readonly stays: MeanEntry[];
  readonly rests: MeanEntry[];
  readonly places: PlaceEntry[];
}

const DAY_MS = 86_400_000;
/** On the vehicle a quarter of an hour matters, on the road it does not. */
const HOUR_DAYS = 1 / 24;
/** How much of it a model stores. */
const LIMITS = { groups: 5_000, places: 500 } as const;

/** The logarithm of a time, with an offset so that zero has one. */
export function logDays(days: number): number {
  return Math.log(Math.max(days, 0) + HOUR_DAYS);
}

/** The inverse of `logDays`; never below zero. */
export function daysOfLog(log: number): number {
  return Math.max(Math.exp(log) - HOUR_DAYS, 0);
}

/** Usual times between places and from each to delivery, from all parcels so far. */
export class LegHistory {
  readonly #legs: ShrunkMeans;
  readonly #stays: ShrunkMeans;
  readonly #rests: ShrunkMeans;
  readonly #places: BusyPlaces;

  constructor({ legs, stays, rests, places }: Partial<LegEntries> = {}) {
    this.#legs = new ShrunkMeans(legs);
    this.#stays = new ShrunkMeans(stays);
    this.#rests = new ShrunkMeans(rests);
    this.#places = new BusyPlaces(places);
  }

  /**
   * Compares a parcel at its newest stop with others. Call it before passing the same stop to
   * `record`.
   */
  comparison(parcel: OpenParcel, progress: Progress): LegComparison {
    const { newest, ms } = progress;
    const place = placeOf(newest);
    const here = hereGroups(parcel, newest);
    return {
      leg: logDays(legDays(parcel, progress)),
      usualLeg: this.#legs.of(legGroups(parcel, progress)),
      usualStay: this.#stays.of(here),
      usualRest: this.#rests.of(here),
      throughput: this.#places.of(place, Math.floor(ms / DAY_MS)),
      place: this.#places.isKnown(place) ? place : '',
    };
  }

  /** Learns from a parcel that was seen at its newest stop. */
  record(parcel: OpenParcel, progress: Progress): void {
    const { newest, before, ms } = progress;
    const leg = logDays(legDays(parcel, progress));
    this.#legs.add(legGroups(parcel, progress), leg);
    if (before !== null) this.#stays.add(hereGroups(parcel, before), leg);
    this.#places.record(placeOf(newest), Math.floor(ms / DAY_MS));
  }

  /** Learns from a delivered parcel and its stops. */
  deliver(parcel: OpenParcel, stops: readonly ParcelStop[], deliveredWallMs: number): void {
    for (const [index, stop] of stops.entries()) {
      const groups = hereGroups(parcel, stop);
      const rest = logDays((deliveredWallMs - stop.at.wallMs) / DAY_MS);
      this.#rests.add(groups, rest);
      if (index === stops.length - 1) this.#stays.add(groups, rest);
    }
  }

  entries(): LegEntries {
    return {
      legs: this.#legs.entries(LIMITS.groups),
      stays: this.#stays.entries(LIMITS.groups),
      rests: this.#rests.entries(LIMITS.groups),
      places: this.#places.entries(LIMITS.places),
    };
  }
}

/** The days of the last leg. The clocks of two places may differ, but always by the same amount. */
function legDays({ handedOverAt }: OpenParcel, { newest, before }: Progress): number {
  return (newest.at.wallMs - (before?.at ?? handedOverAt).wallMs) / DAY_MS;
}

function placeOf({ country, facility }: ParcelStop): string {
  return facility === '' ? '' : joined(country, facility);
}

function legGroups(parcel: OpenParcel, { newest, before }: Progress): readonly string[] {
  const { carrier } = parcel;
  const statuses = joined(carrier, before?.status ?? 'handed_over', newest.status);
  const from = before === null ? regionOf(parcel.origin) : placeOf(before);
  const to = placeOf(newest);
  return from === '' || to === '' ? [statuses] : [statuses, joined(statuses, from, to)];
}

function hereGroups(parcel: OpenParcel, stop: ParcelStop): readonly string[] {
  const status = joined(parcel.carrier, stop.status);
  const place = placeOf(stop);
  const destination = regionOf(parcel.destination);
  return [status, joined(status, place), joined(status, place, destination)];
}

function joined(...parts: readonly string[]): string {
  return parts.join('\u001f');
}

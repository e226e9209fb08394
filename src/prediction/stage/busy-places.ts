import { DaySums } from '../lanes/day-sums.ts';

/** The number of scans from which a place counts as one that other parcels pass as well. */
const KNOWN_FROM = 30;
const PLACES_MAX = 10_000;
/** The last week compared with the four before it. */
const SPANS_DAYS = [7, 28] as const;

/** [place, times seen, [day, scans] of the last weeks] */
export type PlaceEntry = [string, number, [number, number][]];

export interface Throughput {
  /** ln(scans + 1) of the last week. */
  readonly week: number;
  /** The same relative to what is usual there. */
  readonly beyondUsual: number;
}

/** The current number of parcels through each building. */
export class BusyPlaces {
  readonly #places = new Map<string, { seen: number; readonly days: DaySums }>();

  constructor(entries: readonly PlaceEntry[] = []) {
    for (const [place, seen, scans] of entries) {
      const days = new DaySums();
      for (const [day, count] of scans) days.add(day, 0, count);
      this.#places.set(place, { seen, days });
    }
  }

  hear(place: string, day: number): void {
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

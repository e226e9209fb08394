import type { Lived } from '../lanes/paces.ts';
import { clockAt, type SurvivalClock, SurvivalTable } from '../lanes/survival-table.ts';

/**
 * The clock of the model's own shares: a parcel that arrives at 0.5 came when half of such parcels
 * were expected.
 */
export const SHARE_CLOCK: SurvivalClock = { bins: 40, first: 0, binWidth: 1 / 40, halfLifeDays: 7 };
/**
 * Weight of the assumption that the model is right, in each bin of the table of all parcels. In
 * parcels.
 */
const RIGHT_WEIGHT = 20;
/** Weight of the table of all parcels in each bin of a group's table, in parcels. */
const ALL_WEIGHT = 60;
/** The hazards of a correct model: its shares are reached exactly as predicted. */
const RIGHT = Float64Array.from({ length: SHARE_CLOCK.bins }, (_, bin) => {
  const left = (share: number) => Math.max(1 - share, 1e-3);
  return Math.log(left(bin / SHARE_CLOCK.bins) / left((bin + 1) / SHARE_CLOCK.bins));
});

const ALL = '';

/**
 * Measures where on the model's curve parcels have really arrived recently, overall and in each
 * group. It is a life table on the clock of the model's own shares, so that parcels still under way
 * count correctly.
 */
export class LevelShift {
  readonly #tables: Map<string, SurvivalTable>;

  constructor(tables: Map<string, SurvivalTable> = new Map()) {
    this.#tables = tables;
  }

  live(group: string, { day, from, to, isDelivered, weight }: Lived): void {
    for (const key of group === ALL ? [ALL] : [ALL, group]) {
      const counts = key === ALL ? weight : 1;
      const table = this.#tables.get(key) ?? new SurvivalTable(SHARE_CLOCK, day);
      this.#tables.set(key, table);
      table.fadeTo(day);
      table.expose(from, to, counts);
      if (isDelivered) table.deliver(to, counts);
    }
  }

  /**
   * Returns a function from a wanted share to the share at which the model's curve must be read, if
   * the shift is fully trusted.
   */
  reader(group: string, day: number): (wanted: number) => number {
    const all = this.#tables.get(ALL)?.hazards(RIGHT, RIGHT_WEIGHT, day) ?? RIGHT;
    const own = this.#tables.get(group)?.hazards(all, ALL_WEIGHT, day) ?? all;
    return (wanted) => clockAt(SHARE_CLOCK, own, wanted);
  }

  entries(): [string, SurvivalTable][] {
    return [...this.#tables];
  }
}

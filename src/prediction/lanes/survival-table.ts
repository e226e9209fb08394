/** How a life table's bins are cut, and how fast it forgets. */
export interface SurvivalClock {
  readonly bins: number;
  readonly first: number;
  readonly binWidth: number;
  /** The number of days after which a delivery counts half. */
  readonly halfLifeDays: number;
}

/**
 * A period life table: how likely parcels of a certain age were to arrive within the last days,
 * among all that were under way at that age. Unlike an average over completed parcels it is not
 * misled by the slow ones that have not arrived yet. Age is measured on a clock of the caller's,
 * which runs evenly enough that a bin's risk is one number. Fades by the day.
 */
export class SurvivalTable {
  readonly #clock: SurvivalClock;
  /** Deliveries by bin, then the parcels at risk in it. */
  readonly cells: Float64Array;
  #day: number;

  constructor(clock: SurvivalClock, day: number, cells = new Float64Array(2 * clock.bins)) {
    this.#clock = clock;
    this.#day = day;
    this.cells = cells;
  }

  get day(): number {
    return this.#day;
  }

  fadeTo(day: number): void {
    if (day <= this.#day) return;
    const factor = this.#fade(day);
    for (let bin = 0; bin < this.cells.length; bin += 1) {
      this.cells[bin] = (this.cells[bin] ?? 0) * factor;
    }
    this.#day = day;
  }

  /** Records a parcel that was under way while the clock went from `from` to `to`. */
  expose(from: number, to: number, weight = 1): void {
    const start = this.#binPosition(from);
    const end = this.#binPosition(to);
    for (let bin = Math.floor(start); bin <= end; bin += 1) {
      const share = Math.min(end, bin + 1) - Math.max(start, bin);
      if (share > 0) this.#add(this.#clock.bins + bin, share * weight);
    }
  }

  deliver(at: number, weight = 1): void {
    this.#add(Math.floor(this.#binPosition(at)), weight);
  }

  /**
   * The hazards of each bin: the table's own where it has much data, the parent's where it has
   * none.
   */
  hazards(parent: Hazards, parentWeight: number, day: number): Hazards {
    const { bins } = this.#clock;
    const hazards = new Float64Array(bins);
    const fade = this.#fade(day);
    for (let bin = 0; bin < bins; bin += 1) {
      const deliveries = (this.cells[bin] ?? 0) * fade + (parent[bin] ?? 0) * parentWeight;
      hazards[bin] = deliveries / ((this.cells[bins + bin] ?? 0) * fade + parentWeight);
    }
    return hazards;
  }

  #fade(day: number): number {
    return 0.5 ** (Math.max(0, day - this.#day) / this.#clock.halfLifeDays);
  }

  #binPosition(reading: number): number {
    const { bins, first, binWidth } = this.#clock;
    return Math.min(Math.max((reading - first) / binWidth, 0), bins - 1e-6);
  }

  #add(cell: number, value: number): void {
    this.cells[cell] = (this.cells[cell] ?? 0) + value;
  }
}

/** Deliveries per parcel at risk in each bin of the clock. */
export type Hazards = Float64Array;

/** The clock reading at which the given share has arrived, if these hazards hold throughout. */
export function clockAt({ bins, first, binWidth }: SurvivalClock, hazards: Hazards, share: number) {
  const wanted = -Math.log(1 - share);
  let sum = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const hazard = hazards[bin] ?? 0;
    if (sum + hazard >= wanted) return first + binWidth * (bin + (wanted - sum) / hazard);
    sum += hazard;
  }
  return first + binWidth * bins;
}

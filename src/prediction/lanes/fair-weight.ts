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

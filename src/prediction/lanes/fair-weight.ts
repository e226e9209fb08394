/** What one lane may have of what is said of all. */
const SHARE_MAX = 0.4;

/**
 * What a parcel counts among all: less than one where its own lane has more parcels than all others
 * together bear. A lane that is flooded, by a sale or by somebody's mistake, says a lot about itself and
 * no more than this about everybody.
 */
export function fairWeight(ofLane: number, ofAll: number): number {
  const others = Math.max(ofAll - ofLane, 1);
  const most = (others * SHARE_MAX) / (1 - SHARE_MAX);
  return ofLane <= most ? 1 : most / ofLane;
}

/** How many of each, and of all. */
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

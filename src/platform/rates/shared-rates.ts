/**
 * Token buckets that all processes of a hub share, without waiting: a process takes tokens from its
 * own bucket at once, reports afterwards how many it took, and receives how many are left for all.
 */
export interface SharedRates {
  /**
   * Takes tokens from a bucket, into debt if necessary, because they are already used.
   *
   * @returns how many are left, negative if owed; null: currently unknown. Never rejects.
   */
  charge(charge: Charge): Promise<number | null>;
}

export interface Charge {
  /** The limiter to which the bucket belongs; each has another name. */
  readonly limiter: string;
  readonly client: string;
  readonly tokens: number;
  /** The capacity of a bucket; `perS` tokens are added per second. */
  readonly burst: number;
  readonly perS: number;
}

let current: SharedRates | null = null;

/** Makes this process share its limits with all that use the same rates; null: with none. */
export function useSharedRates(next: SharedRates | null): void {
  current = next;
}

export function sharedRates(): SharedRates | null {
  return current;
}

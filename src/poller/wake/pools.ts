/**
 * Which accounts may run at the same time in one process. Each carrier has a pool of its own, so
 * that a slow carrier delays no other; within a pool, accounts that were slow the last time use at
 * most half of the places, so that they do not delay the quick ones.
 */
export interface Pools {
  /**
   * Returns true if the account may run; call `leave` afterwards. False: it waits for a place,
   * unless it has one.
   */
  enter(carrier: string, accountId: string): boolean;
  /**
   * Gives the place back.
   *
   * @returns the first waiting account that may have the place, and has it now.
   */
  leave(carrier: string, accountId: string, tookMs: number): string | null;
  /** The number of accounts running now. */
  size(): number;
  /** All accounts that have a place or wait for one. */
  accountIds(): string[];
}

/**
 * A call takes a few tenths of a second, so 16 at once are some fifty calls a second to a carrier.
 */
export const PLACES = 16;
const SLOW_PLACES = PLACES / 2;
/** The longest run of a carrier in good health. */
const SLOW_MS = 3_000;
/** How many accounts are remembered as slow; beyond it the oldest are treated as quick again. */
const SLOW_ACCOUNTS_MAX = 10_000;

interface Pool {
  readonly held: Map<string, 'slow' | 'quick'>;
  /** The waiting accounts, in order of arrival. */
  readonly waiting: Set<string>;
}

/**
 * Creates a pool of places for each carrier. Slow accounts get only some of them, so that they do
 * not delay the others.
 */
export function createPools(): Pools {
  const slowAccounts = new Set<string>();
  const pools = new Map<string, Pool>();

  function poolOf(carrier: string): Pool {
    const pool = pools.get(carrier) ?? { held: new Map(), waiting: new Set() };
    pools.set(carrier, pool);
    return pool;
  }

  /** Gives the account a place if one is free for its pace; returns whether it did. */
  function takePlace({ held, waiting }: Pool, accountId: string): boolean {
    const pace = slowAccounts.has(accountId) ? 'slow' : 'quick';
    const slowPlaces = [...held.values()].filter((each) => each === 'slow').length;
    const isFull = held.size >= PLACES || (pace === 'slow' && slowPlaces >= SLOW_PLACES);
    if (isFull || held.has(accountId)) return false;
    held.set(accountId, pace);
    waiting.delete(accountId);
    return true;
  }

  return {
    enter(carrier, accountId) {
      const pool = poolOf(carrier);
      const hasPlace = takePlace(pool, accountId);
      if (!hasPlace && !pool.held.has(accountId)) pool.waiting.add(accountId);
      return hasPlace;
    },
    leave(carrier, accountId, tookMs) {
      const pool = poolOf(carrier);
      pool.held.delete(accountId);
      slowAccounts.delete(accountId);
      if (tookMs >= SLOW_MS) slowAccounts.add(accountId);
      for (const oldest of slowAccounts) {
        if (slowAccounts.size <= SLOW_ACCOUNTS_MAX) break;
        slowAccounts.delete(oldest);
      }
      for (const next of pool.waiting) if (takePlace(pool, next)) return next;
      return null;
    },
    size() {
      let sum = 0;
      for (const { held } of pools.values()) sum += held.size;
      return sum;
    },
    accountIds() {
      return [...pools.values()].flatMap(({ held, waiting }) => [...held.keys(), ...waiting]);
    },
  };
}

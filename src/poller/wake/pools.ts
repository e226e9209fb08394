/**
 * Which accounts may be looked at at once in one process. Each carrier has a pool of its own, so
 * one that is slow holds up none of another's; within a pool, accounts that were slow the last
 * time take half of the places at most, so that they do not hold up the quick ones.
 */
export interface Pools {
  /** True: go ahead, and call `leave` afterwards. False: come back in a moment. */
  enter(carrier: string, accountId: string): boolean;
  leave(carrier: string, accountId: string, tookMs: number): void;
  /** Accounts being looked at now. */
  size(): number;
}

/** A call takes a few tenths of a second: 16 at once are some fifty calls a second to a carrier. */
export const PLACES = 16;
const SLOW_PLACES = PLACES / 2;
/** Longer than a carrier in good health takes. */
const SLOW_MS = 3_000;
/** Accounts remembered as slow; beyond it the oldest are taken for quick again. */
const REMEMBERED_MAX = 10_000;

export function createPools(): Pools {
  const slow = new Set<string>();
  const pools = new Map<string, Map<string, 'slow' | 'quick'>>();

  return {
    enter(carrier, accountId) {
      const pool = pools.get(carrier) ?? new Map<string, 'slow' | 'quick'>();
      const pace = slow.has(accountId) ? 'slow' : 'quick';
      if (pool.has(accountId) || pool.size >= PLACES) return false;
      if (pace === 'slow') {
        const held = [...pool.values()].filter((each) => each === 'slow').length;
        if (held >= SLOW_PLACES) return false;
      }
      pool.set(accountId, pace);
      pools.set(carrier, pool);
      return true;
    },
    leave(carrier, accountId, tookMs) {
      pools.get(carrier)?.delete(accountId);
      slow.delete(accountId);
      if (tookMs < SLOW_MS) return;
      slow.add(accountId);
      for (const oldest of slow) {
        if (slow.size <= REMEMBERED_MAX) break;
        slow.delete(oldest);
      }
    },
    size() {
      let sum = 0;
      for (const pool of pools.values()) sum += pool.size;
      return sum;
    },
  };
}

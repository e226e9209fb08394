/**
 * Which accounts may be looked at at once in one process. Each carrier has a lane of its own, so
 * one that is slow holds up none of another's; within a lane, accounts that were slow the last
 * time take half of the places at most, so that they do not hold up the quick ones.
 */
export interface Lanes {
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

export function createLanes(): Lanes {
  const slow = new Set<string>();
  const lanes = new Map<string, Map<string, 'slow' | 'quick'>>();

  return {
    enter(carrier, accountId) {
      const lane = lanes.get(carrier) ?? new Map<string, 'slow' | 'quick'>();
      const pace = slow.has(accountId) ? 'slow' : 'quick';
      if (lane.has(accountId) || lane.size >= PLACES) return false;
      if (pace === 'slow') {
        const held = [...lane.values()].filter((each) => each === 'slow').length;
        if (held >= SLOW_PLACES) return false;
      }
      lane.set(accountId, pace);
      lanes.set(carrier, lane);
      return true;
    },
    leave(carrier, accountId, tookMs) {
      lanes.get(carrier)?.delete(accountId);
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
      for (const lane of lanes.values()) sum += lane.size;
      return sum;
    },
  };
}

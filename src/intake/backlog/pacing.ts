/**
 * After a push had to be refused, others are admitted at the pace of the work, until none was refused for
 * two seconds. Admitting a flood at full rate whenever the backlog allows it would give all of the
 * processor to storing it, in bursts, and delay everything else. Pure: the caller passes the time.
 */
export interface Pacing {
  /**
   * Whether one more push may be admitted now. Counts it if so.
   *
   * @param fullShare the backlog as a share of its limit.
   * @param perS pushes processed a second when there is enough to do.
   */
  admits(nowMs: number, fullShare: number, perS: number): boolean;
  /** A push was refused, for any reason. */
  refused(nowMs: number): void;
}

const PACED_MS = 2_000;
/** How much faster than the work pushes are admitted, so that the backlog stays near its limit … */
const FASTER_AT_LIMIT = 1.1;
/** … and how much faster when nothing waits: the work may have been slow for want of pushes. */
const FASTER_WHEN_EMPTY = 2;
/** The backlog, as a share of its limit, above which it is no longer refilled faster. */
const REFILLED_SHARE = 0.5;
/** The burst that may be admitted at once, as time. */
const BURST_MS = 100;

export function createPacing(): Pacing {
  let paced: {
    readonly pushes: number;
    readonly atMs: number;
    readonly refusedAtMs: number;
  } | null = null;
  return {
    admits(nowMs, fullShare, perS) {
      if (paced === null || nowMs - paced.refusedAtMs > PACED_MS) {
        paced = null;
        return true;
      }
      const emptyShare = Math.max(0, 1 - fullShare / REFILLED_SHARE);
      const faster = FASTER_AT_LIMIT + emptyShare * (FASTER_WHEN_EMPTY - FASTER_AT_LIMIT);
      const perMs = (faster * perS) / 1_000;
      const gained = perMs * Math.max(0, nowMs - paced.atMs);
      const pushes = Math.min(1 + perMs * BURST_MS, paced.pushes + gained);
      const fits = pushes >= 1;
      paced = { ...paced, pushes: fits ? pushes - 1 : pushes, atMs: nowMs };
      return fits;
    },
    refused(nowMs) {
      paced = { pushes: 1, atMs: nowMs, ...paced, refusedAtMs: nowMs };
    },
  };
}

/** More often would be a load of its own. */
const CHECK_EVERY_MS = 50;
/** How far from what it measures a figure may be. */
const SHARE = 0.05;

/**
 * How long to wait until looking again whether a thing can be seen, ms, that has not been for `waitedMs`. A
 * hundred that wait for seconds, looked at every 50 ms, would take more of the machine than what is measured.
 */
export function untilNextPollMs(waitedMs: number): number {
  return Math.max(CHECK_EVERY_MS, waitedMs * SHARE);
}

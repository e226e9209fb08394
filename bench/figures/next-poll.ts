/** The shortest interval of polls; more frequent ones would be a load of their own. */
const CHECK_EVERY_MS = 50;
/** The tolerated relative error of a figure. */
const SHARE = 0.05;

/**
 * How long to wait before checking again whether something is visible, in ms, after `waitedMs`. A
 * hundred checks every 50 ms for seconds would use more of the machine than the measured work.
 */
export function untilNextPollMs(waitedMs: number): number {
  return Math.max(CHECK_EVERY_MS, waitedMs * SHARE);
}

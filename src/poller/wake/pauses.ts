/** Looks a moment apart do not fall together again and again. */
const SHARE = 0.05;
const JITTER_MS_MAX = 2_000;
const PAUSE_MS = 5_000;
const PAUSE_MS_MAX = 5 * 60_000;

/**
 * A little after `atMs`, never before it: many accounts of one carrier want the full hour.
 *
 * @param random in [0, 1).
 */
export function jittered(atMs: number, nowMs: number, random: number): number {
  const spreadMs = Math.min(Math.max(0, atMs - nowMs) * SHARE, JITTER_MS_MAX);
  return Math.ceil(atMs + spreadMs * random);
}

/** The pause after a look that failed `times` times in a row: twice as long each time. */
export function failurePauseMs(times: number, random: number): number {
  const pauseMs = Math.min(PAUSE_MS * 2 ** Math.min(times - 1, 20), PAUSE_MS_MAX);
  return Math.round(pauseMs * (0.8 + 0.4 * random));
}

import type { Wait } from '../../platform/clock.ts';

/** Limits the speed of a job to spare capacity. */
export interface Pace {
  /** Pauses after work of this duration; longer while pushes wait in the inbox. */
  rest(workedMs: number): Promise<void>;
}

interface PaceOptions {
  /** Whether the inbox has more than one batch waiting. */
  readonly isBusy: () => Promise<boolean>;
  readonly wait: Wait;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
}

/**
 * Pause under load, as a multiple of the work: a job uses a fifth of the time, so that it always
 * ends and never displaces other work.
 */
const REST_WHEN_BUSY = 4;
/** Pause without load, as a fraction of the work, because an API request may come at any time. */
const REST_WHEN_CALM = 0.05;
const CHECK_EVERY_MS = 200;
/**
 * Time without load before full speed. Load comes in waves, and the next must not find the job at
 * full speed.
 */
const CALM_AFTER_MS = 2_000;
/** Longest pause: a slow answer of the database is no reason to pause for equally long. */
const REST_MS_MAX = 1_000;

/** Creates a pace that rests longer while the inbox is busy, and for a short time after. */
export function createPace({ isBusy, wait, elapsedMs }: PaceOptions): Pace {
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let busyAtMs = Number.NEGATIVE_INFINITY;
  return {
    async rest(workedMs) {
      if (elapsedMs() - checkedAtMs >= CHECK_EVERY_MS) {
        checkedAtMs = elapsedMs();
        if (await isBusy()) busyAtMs = elapsedMs();
      }
      const busy = elapsedMs() - busyAtMs < CALM_AFTER_MS;
      const restMs = workedMs * (busy ? REST_WHEN_BUSY : REST_WHEN_CALM);
      await wait(Math.min(restMs, REST_MS_MAX));
    },
  };
}

import type { Wait } from '../../platform/clock.ts';

/** How fast a job may go: it takes what others leave. */
export interface Pace {
  /** Waits after work that took so long; longer while carriers' pushes wait to be read. */
  rest(workedMs: number): Promise<void>;
}

export interface PaceOptions {
  /** Whether more waits in the inbox than is read at once anyway. */
  readonly isBusy: () => Promise<boolean>;
  readonly wait: Wait;
  /** Milliseconds that only grow. */
  readonly elapsedMs: () => number;
}

/** Of the time that others need, a job takes a fifth: it always ends, and never crowds them out. */
const REST_WHEN_BUSY = 4;
/** With nobody waiting it still leaves a gap: an API request may come at any time. */
const REST_WHEN_CALM = 0.05;
const CHECK_EVERY_MS = 200;
/** After the last sign of a crowd. Load comes in waves, and the next one is not to find us at work. */
const CALM_AFTER_MS = 2_000;
/** A stall of the database is no reason to stand still for as long. */
const REST_MS_MAX = 1_000;

export function createPace({ isBusy, wait, elapsedMs }: PaceOptions): Pace {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let busyAtMs = Number.NEGATIVE_INFINITY;
  return {
    async rest(workedMs) {
      if (elapsedMs() - lookedAtMs >= CHECK_EVERY_MS) {
        lookedAtMs = elapsedMs();
        if (await isBusy()) busyAtMs = elapsedMs();
      }
      const busy = elapsedMs() - busyAtMs < CALM_AFTER_MS;
      const restMs = workedMs * (busy ? REST_WHEN_BUSY : REST_WHEN_CALM);
      await wait(Math.min(restMs, REST_MS_MAX));
    },
  };
}

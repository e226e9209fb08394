import type { Clock, Wait } from '../../platform/clock.ts';
import type { AdapterLimits } from '../contract/contract.ts';

/** Lets calls through one after the other, never more than a carrier takes in any window of time. */
export interface Pace {
  /** Resolves when the next call may be sent; call and send belong together, nothing between. */
  turn(): Promise<void>;
}

/** At most `calls` in any `perMs` milliseconds, wherever they begin. */
export interface PaceWindow {
  readonly calls: number;
  readonly perMs: number;
}

/**
 * The share of a carrier's limit that we use. Calls sent a second apart may arrive closer together,
 * and an excess call causes minutes of refusals: a tenth of the rate is a cheap insurance.
 */
const SHARE = 0.9;

/** The windows of a manifest's limits by the second, minus the margin. */
export function paceWindows(
  limits: Pick<AdapterLimits, 'callsPerSecond' | 'burst'>,
): readonly PaceWindow[] {
  return [
    ...(limits.callsPerSecond === null ? [] : [windowOf(limits.callsPerSecond, 1)]),
    ...(limits.burst === undefined ? [] : [windowOf(limits.burst.calls, limits.burst.perS)]),
  ];
}

/** Less than one call in the window is one call in a longer one: 0.2 a second is one in 5.6 s. */
function windowOf(calls: number, perS: number): PaceWindow {
  const whole = Math.floor(calls * SHARE);
  if (whole >= 1) return { calls: whole, perMs: perS * 1_000 };
  return { calls: 1, perMs: Math.ceil((perS * 1_000) / (calls * SHARE)) };
}

/**
 * A sliding window for each limit, in this process, first come first served. Without windows every
 * turn is at once.
 */
export function createPace(windows: readonly PaceWindow[], clock: Clock, wait: Wait): Pace {
  const windowMax = Math.max(0, ...windows.map(({ calls }) => calls));
  let sentMs: number[] = [];
  let queue: Promise<void> = Promise.resolve();

  function delayMs(nowMs: number): number {
    // After the clock was set back, calls in its future happened by now at the latest.
    sentMs = sentMs.map((atMs) => Math.min(atMs, nowMs));
    const delays = windows.map(({ calls, perMs }) => {
      const oldest = sentMs[sentMs.length - calls];
      return oldest === undefined ? 0 : oldest + perMs - nowMs;
    });
    return Math.max(0, ...delays);
  }

  async function next(): Promise<void> {
    for (let ms = delayMs(clock.nowMs()); ms > 0; ms = delayMs(clock.nowMs())) await wait(ms);
    sentMs.push(clock.nowMs());
    if (sentMs.length > windowMax) sentMs.shift();
  }

  return {
    turn() {
      queue = queue.then(next, next);
      return queue;
    },
  };
}

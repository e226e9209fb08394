import type { Clock } from '../../platform/clock.ts';

/**
 * The sandbox's time. It follows another clock at a chosen speed, and can be moved. Speed 1 is that
 * clock's own pace, 3600 is an hour per second, and at 0 it stands still (stepped). It runs
 * backwards only when it is moved back.
 */
export interface SandboxClock extends Clock {
  readonly speed: number;
  advance(byMs: number): void;
  set(toMs: number): void;
  setSpeed(speed: number): void;
  /** Calls back after each move or change of speed. Returns a function that unsubscribes. */
  onMove(listener: () => void): () => void;
}

export const SPEED_MAX = 1_000_000;

export interface SandboxClockOptions {
  /** The start, epoch milliseconds; absent: the time of `base`. */
  readonly startMs?: number;
  readonly speed?: number;
}

/** Creates the sandbox's clock on top of another clock. */
export function sandboxClock(base: Clock, options: SandboxClockOptions = {}): SandboxClock {
  let speed = options.speed ?? 1;
  let baseMs = base.nowMs();
  let ownMs = options.startMs ?? baseMs;
  const listeners = new Set<() => void>();
  const nowMs = () => Math.round(ownMs + (base.nowMs() - baseMs) * speed);
  const anchor = (toMs: number): void => {
    baseMs = base.nowMs();
    ownMs = toMs;
    for (const listener of listeners) listener();
  };
  return {
    nowMs,
    get speed() {
      return speed;
    },
    advance: (byMs) => anchor(nowMs() + byMs),
    set: anchor,
    setSpeed(wanted) {
      const atMs = nowMs();
      speed = wanted;
      anchor(atMs);
    },
    onMove(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

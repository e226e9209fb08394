import { randomBytes } from 'node:crypto';

/** The wall clock, epoch milliseconds. Handed in wherever time matters, so that tests own it. */
export interface Clock {
  nowMs(): number;
}

/** Fresh random bytes; tests hand in a predictable source. */
export type RandomBytes = (length: number) => Uint8Array;

export const systemClock: Clock = { nowMs: () => Date.now() };

export const systemRandom: RandomBytes = (length) => randomBytes(length);

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  advance(byMs: number): void;
  set(toMs: number): void;
}

export function manualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    advance(byMs) {
      nowMs += byMs;
    },
    set(toMs) {
      nowMs = toMs;
    },
  };
}

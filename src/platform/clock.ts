import { randomBytes } from 'node:crypto';

/**
 * The wall clock, epoch milliseconds. Passed in wherever time matters, so that tests control it.
 */
export interface Clock {
  nowMs(): number;
}

/** Fresh random bytes; tests hand in a predictable source. */
export type RandomBytes = (length: number) => Uint8Array;

export const systemClock: Clock = { nowMs: () => Date.now() };

/** Resolves after this many milliseconds. Passed in like the clock: tests advance their own. */
export type Wait = (ms: number) => Promise<void>;

export const systemWait: Wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Drawn at once: a call to the generator costs more than a thousand bytes of it. */
const DRAWN_BYTES = 8_192;
/** More than this at once is drawn for itself. */
const FROM_DRAWN_BYTES_MAX = 64;
let drawn: Uint8Array = new Uint8Array(0);
let used = 0;

/** From the system's generator, drawn ahead; no byte is handed out twice. */
export const systemRandom: RandomBytes = (length) => {
  if (length > FROM_DRAWN_BYTES_MAX) return randomBytes(length);
  if (used + length > drawn.length) {
    drawn = randomBytes(DRAWN_BYTES);
    used = 0;
  }
  used += length;
  return drawn.subarray(used - length, used);
};

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

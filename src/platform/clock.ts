import { randomBytes } from 'node:crypto';

/**
 * The wall clock in epoch milliseconds. It is passed in wherever time matters, so that tests
 * control it.
 */
export interface Clock {
  nowMs(): number;
}

/** Returns fresh random bytes; tests pass a predictable source. */
export type RandomBytes = (length: number) => Uint8Array;

export const systemClock: Clock = { nowMs: () => Date.now() };

/** Resolves after this many milliseconds. Passed in like the clock: tests advance their own. */
export type Wait = (ms: number) => Promise<void>;

export const systemWait: Wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Random bytes fetched at once: a call to the generator costs more than a thousand bytes of it. */
const DRAWN_BYTES = 8_192;
/** Requests for more bytes than this go directly to the generator. */
const FROM_DRAWN_BYTES_MAX = 64;
let drawn: Uint8Array = new Uint8Array(0);
let used = 0;

/** Bytes from the system's generator, fetched ahead; no byte is returned twice. */
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

import { describe, expect, it } from 'vitest';
import { RETRY_AFTER_MS_MAX, readRetryAfter, retryAfterMs, TRIES_MAX } from './retry.ts';

const HOUR_MS = 3_600_000;
const ends = [0, 0.999_999];

describe('a failed delivery', () => {
  it('is tried again after 2 to 5 seconds, then within 30, also when a look comes a second late', () => {
    for (const random of ends) {
      const first = retryAfterMs(1, random) ?? 0;
      expect(first).toBeGreaterThanOrEqual(2_000);
      expect(first + 1_000).toBeLessThanOrEqual(5_000);
      expect((retryAfterMs(2, random) ?? 0) + 1_000).toBeLessThanOrEqual(30_000);
    }
  });

  it('waits longer each time, and about three days in all', () => {
    const middle = Array.from(
      { length: TRIES_MAX - 1 },
      (_, index) => retryAfterMs(index + 1, 0.5) ?? 0,
    );
    expect(middle).toEqual([...middle].sort((a, b) => a - b));
    const hours = middle.reduce((sum, ms) => sum + ms, 0) / HOUR_MS;
    expect(hours).toBeGreaterThan(66);
    expect(hours).toBeLessThan(78);
  });

  it('is dead after the last try', () => {
    expect(retryAfterMs(TRIES_MAX - 1, 0.5)).not.toBeNull();
    expect(retryAfterMs(TRIES_MAX, 0.5)).toBeNull();
  });
});

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-03-10T12:00:00Z');
  it.each([
    [undefined, null],
    ['', null],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['0', 0],
    [' 120 ', 120_000],
    ['Tue, 10 Mar 2026 12:05:00 GMT', 300_000],
    ['Tue, 10 Mar 2026 11:00:00 GMT', 0],
    ['999999999', RETRY_AFTER_MS_MAX],
    ['99999999999999', null],
  ])('%j is a wait of %j ms', (header, ms) => {
    expect(readRetryAfter(header, nowMs)).toBe(ms);
  });
});

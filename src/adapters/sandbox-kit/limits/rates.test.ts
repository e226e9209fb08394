import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { createRateBook } from './rates.ts';

const limit = { name: 'minute', endpoint: 'api', calls: 3, perS: 60 };

describe('a rate book', () => {
  it('refuses a call beyond the limit within the window, wherever the window begins', () => {
    const book = createRateBook([limit]);
    for (const atMs of [30_000, 40_000, 89_000]) expect(book.spend('api', 'a', atMs).ok).toBe(true);
    // A calendar minute would have restarted at 60,000.
    expect(book.spend('api', 'a', 89_500)).toEqual({ ok: false, limit, retryAfterS: 1 });
    expect(book.spend('api', 'a', 90_000).ok).toBe(true);
  });

  it('counts accounts and endpoints apart', () => {
    const book = createRateBook([{ ...limit, calls: 1 }]);
    expect(book.spend('api', 'a', 0).ok).toBe(true);
    expect(book.spend('api', 'b', 0).ok).toBe(true);
    expect(book.spend('token', 'a', 0).ok).toBe(true);
    expect(book.spend('api', 'a', 0).ok).toBe(false);
  });

  it('lets a call through only when every limit has room, and counts it against none otherwise', () => {
    const tight = { ...limit, name: 'second', calls: 1, perS: 1 };
    const book = createRateBook([limit, tight]);
    book.spend('api', 'a', 0);
    expect(book.spend('api', 'a', 500)).toMatchObject({ ok: false, limit: { name: 'second' } });
    const figures = Object.fromEntries(book.figures().map((each) => [each.limit.name, each]));
    expect(figures['minute']).toMatchObject({ calls: 1, violations: 0 });
    expect(figures['second']).toMatchObject({ calls: 1, violations: 1, peak: 2 });
  });

  it('restarts a penalty with each call during it', () => {
    const book = createRateBook([{ ...limit, calls: 1, perS: 1, penaltyS: 600 }]);
    book.spend('api', 'a', 0);
    expect(book.spend('api', 'a', 0)).toMatchObject({ ok: false, retryAfterS: 600 });
    expect(book.spend('api', 'a', 599_000).ok).toBe(false);
    expect(book.spend('api', 'a', 601_000).ok).toBe(false);
    expect(book.spend('api', 'a', 1_201_000).ok).toBe(true);
  });

  it('agrees with counting every window by hand', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, (between) => {
        const book = createRateBook([limit]);
        const through: number[] = [];
        let atMs = 0;
        for (const gapMs of between) {
          atMs += gapMs;
          const now = atMs;
          const within = through.filter((earlier) => earlier > now - 60_000).length;
          const { ok } = book.spend('api', 'a', now);
          expect(ok).toBe(within < 3);
          if (ok) through.push(now);
        }
      }),
      { seed: 3, numRuns: runs(200) },
    );
  });
});

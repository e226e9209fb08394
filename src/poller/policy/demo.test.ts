import { describe, expect, it } from 'vitest';
import { withDemoPace } from './demo.ts';
import { flatPolicy } from './fixed.ts';
import { NOON_MS, parcel, SPEND } from './test-parcel.ts';

const MINUTE_MS = 60_000;
const usual = flatPolicy();
const policy = withDemoPace(usual, ({ trackingNumber }) => trackingNumber === 'DEMO');
const demo = parcel({ trackingNumber: 'DEMO', createdAtMs: NOON_MS - MINUTE_MS });

describe('a demo parcel', () => {
  it('is polled every few seconds, also before the carrier knows it and whatever the state of push', () => {
    for (const changes of [{}, { known: false, missesInARow: 3 }, { push: 'healthy' as const }]) {
      const { atMs, why } = policy.next({ ...demo, ...changes }, NOON_MS, SPEND);
      expect(atMs).toBe(NOON_MS + 15_000);
      expect(why).toContain('every 15 s');
    }
  });

  it.each([
    ['has never been polled', { lastPolledAtMs: null }],
    ['has been delivered', { status: 'delivered' as const }],
    ['was registered half an hour ago', { createdAtMs: NOON_MS - 30 * MINUTE_MS }],
    ['is none', { trackingNumber: 'T1' }],
  ])('is polled like any other once it %s', (_, changes) => {
    const other = { ...demo, ...changes };
    expect(policy.next(other, NOON_MS, SPEND)).toEqual(usual.next(other, NOON_MS, SPEND));
  });
});

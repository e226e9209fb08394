import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import type { Prediction } from '../chain/prediction.ts';
import { SHIPPED } from '../policy/test-policy.ts';
import { bestProfile, deliveriesIn, hourProfile, total, windowOfDay } from './day-window.ts';

import { type LastLeg, outForDelivery } from './out-for-delivery.ts';

fc.configureGlobal({ seed: 20_261_120, numRuns: runs(300) });

const settings = SHIPPED.last_mile;
const LAST = 21 * 60;
const hour = (hours: number) => hours * 60;
/** 100 deliveries an hour from ten to two, and 10 an hour around them from eight to six. */
const LUNCH = hourProfile(
  Array.from({ length: 20 }, (_, half) => hour(8) + half * 30).flatMap((at) =>
    Array.from({ length: at >= hour(10) && at < hour(14) ? 50 : 5 }, () => at),
  ),
);
const count = fc.integer({ min: 0, max: 200 });
const profile = fc
  .array(count, { minLength: 48, maxLength: 48 })
  .filter((counts) => total(counts) > 0);
const minute = fc.integer({ min: 0, max: 1_439 });

describe('the window of the day', () => {
  it('is the shortest that contains four of five deliveries', () => {
    expect(windowOfDay(settings, LUNCH, hour(8), LAST)).toEqual({ from: hour(10), to: hour(14) });
  });

  it('begins now, and grows shorter as the usual hours pass', () => {
    expect(windowOfDay(settings, LUNCH, hour(11) + 10, LAST)).toMatchObject({
      from: hour(11) + 10,
    });
    const noon = windowOfDay(settings, LUNCH, hour(12), LAST);
    expect(noon).toEqual({ from: hour(12), to: hour(14) });
  });

  it('is widened after the last usual hour, to the end of deliveries at most', () => {
    expect(windowOfDay(settings, LUNCH, hour(18), LAST)).toEqual({ from: hour(18), to: hour(21) });
    expect(windowOfDay(settings, LUNCH, hour(20), LAST)).toEqual({ from: hour(20), to: hour(21) });
    const close = windowOfDay(settings, LUNCH, LAST - 5, LAST);
    expect(close).toEqual({ from: LAST - 5, to: LAST + 25 });
    expect(windowOfDay(settings, LUNCH, LAST, LAST)).toBeNull();
  });

  it('holds the share, is never in the past, and ends today, for any profile and minute', () => {
    fc.assert(
      fc.property(profile, minute, (counts, now) => {
        const window = windowOfDay(settings, counts, now, LAST);
        const ahead = deliveriesIn(counts, now, 1_440);
        if (window === null) {
          expect(now).toBeGreaterThanOrEqual(LAST);
          return;
        }
        expect(window.from).toBeGreaterThanOrEqual(now);
        expect(window.to).toBeLessThanOrEqual(1_440);
        expect(window.to).toBeGreaterThan(window.from);
        if (ahead <= total(counts) * 0.01) return;
        const held = deliveriesIn(counts, window.from, window.to);
        expect(held).toBeGreaterThanOrEqual(ahead * settings.share * (1 - 1e-6));
      }),
    );
  });

  it('has no shorter one that holds as much', () => {
    fc.assert(
      fc.property(profile, minute, (counts, now) => {
        const window = windowOfDay(settings, counts, now, LAST);
        const ahead = deliveriesIn(counts, now, 1_440);
        if (window === null || ahead <= total(counts) * 0.01) return;
        const minutes = window.to - window.from;
        if (minutes <= settings.narrowest_minutes) return;
        for (let from = Math.ceil(now / 30) * 30; from + minutes - 30 <= 1_440; from += 30) {
          const held = deliveriesIn(counts, from, from + minutes - 30);
          expect(held).toBeLessThan(ahead * settings.share);
        }
      }),
    );
  });
});

describe('the profile', () => {
  const few = hourProfile([600, 610]);

  it('is the lane’s, else the region’s, the country’s, or the overall one, by number of deliveries', () => {
    const level = (profiles: Parameters<typeof bestProfile>[0]) =>
      bestProfile(profiles, settings.deliveries_min)?.level ?? null;
    expect(level({ lane: LUNCH, all: LUNCH })).toBe('lane');
    expect(level({ lane: few, region: LUNCH, all: LUNCH })).toBe('region');
    expect(level({ lane: few, region: null, country: LUNCH })).toBe('country');
    expect(level({ lane: few, all: LUNCH })).toBe('all');
    expect(level({ lane: few })).toBeNull();
    expect(level({ lane: LUNCH.map(() => Number.NaN), region: [1e6], all: LUNCH })).toBe('all');
  });

  it('ignores invalid minutes', () => {
    expect(total(hourProfile([-1, 1_440, Number.NaN, 0, 1_439]))).toBe(2);
  });
});

describe('a parcel that is out for delivery', () => {
  const PREDICTED: Prediction = {
    date: '2026-11-19',
    from: '2026-11-19',
    to: '2026-11-20',
    source: 'model',
    confidence: 0.7,
    late: false,
    reasons: [{ code: 'model_chosen' }],
  };
  const leg = (is: Partial<LastLeg> = {}): LastLeg => ({
    nowMs: Date.parse('2026-11-19T08:00:00Z'),
    zone: 'Europe/Berlin',
    lastDeliveryMinutes: LAST,
    profiles: { all: LUNCH },
    ...is,
  });
  const out = (prediction: Prediction, is: Partial<LastLeg> = {}) =>
    outForDelivery(SHIPPED, prediction, leg(is));

  it('has hours by the clock of the destination', () => {
    const berlin = out(PREDICTED);
    expect(berlin).toMatchObject({
      from: '2026-11-19T10:00',
      to: '2026-11-19T14:00',
      source: 'model',
      confidence: 0.7,
    });
    expect(berlin.reasons.at(-1)).toEqual({ code: 'out_for_delivery', by: 'all' });
    // In New York it is still three in the morning.
    expect(out(PREDICTED, { zone: 'America/New_York' }).from).toBe('2026-11-19T10:00');
    expect(out(PREDICTED, { zone: 'Asia/Tokyo' }).from).toBe('2026-11-19T17:00');
  });

  it('comes today, by the rule, if another day was predicted', () => {
    const tomorrow = { ...PREDICTED, date: '2026-11-20' };
    expect(out(tomorrow)).toMatchObject({ date: '2026-11-19', source: 'rule', confidence: 0.3 });
  });

  it('keeps the carrier’s hours', () => {
    const announced: Prediction = {
      ...PREDICTED,
      source: 'carrier',
      from: '2026-11-19T15:00:00+01:00',
      to: '2026-11-19T17:00:00+01:00',
    };
    expect(out(announced)).toBe(announced);
  });

  it('does not change without a basis for hours, or when the day is over', () => {
    expect(out(PREDICTED, { profiles: {} })).toBe(PREDICTED);
    expect(out(PREDICTED, { nowMs: Date.parse('2026-11-19T20:30:00Z') })).toBe(PREDICTED);
  });
});

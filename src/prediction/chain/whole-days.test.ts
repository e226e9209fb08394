import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, type LocalDate, weekdayOf } from '../calendar/local-date.ts';
import { arrivalCurve, shareBy, timeAtShare } from './arrival-curve.ts';
import { fewestDays } from './whole-days.ts';

fc.configureGlobal({ seed: 20_261_121 });

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Thursday, eleven o'clock in Berlin. */
const START_MS = Date.parse('2026-11-19T10:00:00Z');
const TODAY = '2026-11-19';

const curveOf = (hours: readonly number[], shares = [0.1, 0.5, 0.9]) => {
  const quantiles = shares.map((share, index) => ({
    share,
    atMs: START_MS + (hours[index] ?? 0) * HOUR_MS,
  }));
  const made = arrivalCurve(quantiles, START_MS);
  if (made === null) throw new Error('The quantiles are usable.');
  return made;
};
const everyDay = { zone: 'UTC', nextDeliveryDay: (day: LocalDate) => day };
const noSundays = {
  zone: 'UTC',
  nextDeliveryDay: (day: LocalDate) => (weekdayOf(day) === 'sun' ? addDays(day, 1) : day),
};
const eight = { coverage: 0.8, middle: 0.5 };

describe('a window in whole days', () => {
  it('has the fewest days that contain the share, including the day of the date', () => {
    const hours = fc.integer({ min: 1, max: 300 });
    const share = fc.double({ min: 0.4, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(hours, hours, hours), share, (at, coverage) => {
        const curve = curveOf(at);
        const { from, to } = fewestDays(curve, { coverage, middle: 0.5 }, TODAY, everyDay);
        const end = (day: LocalDate) => Date.parse(`${addDays(day, 1)}T00:00:00Z`);
        const within = (a: LocalDate, b: LocalDate) =>
          shareBy(curve, end(b)) - (a === TODAY ? 0 : shareBy(curve, end(addDays(a, -1))));
        const date = new Date(timeAtShare(curve, 0.5) - 1).toISOString().slice(0, 10);
        expect(from <= date && date <= to).toBe(true);
        expect(within(from, to)).toBeGreaterThanOrEqual(coverage);
        const days = daysBetween(from, to);
        for (let ahead = 0; ahead < 20; ahead += 1) {
          const a = addDays(TODAY, ahead);
          const [shorter, alike] = [addDays(a, days - 1), addDays(a, days)];
          if (a <= date && date <= shorter) expect(within(a, shorter)).toBeLessThan(coverage);
          if (a <= date && date <= alike) {
            expect(within(from, to)).toBeGreaterThanOrEqual(within(a, alike) - 1e-9);
          }
        }
      }),
    );
  });

  it('is one day if that is enough, though some arrive on the next', () => {
    const curve = curveOf([2, 5, 9, 40], [0.1, 0.5, 0.85, 0.95]);
    expect(fewestDays(curve, eight, TODAY, everyDay)).toEqual({ from: TODAY, to: TODAY });
    const sure = { coverage: 0.92, middle: 0.5 };
    expect(fewestDays(curve, sure, TODAY, everyDay)).toEqual({ from: TODAY, to: '2026-11-20' });
  });

  it('moves arrivals on days without deliveries to the next', () => {
    // Between Saturday morning and Sunday night.
    const curve = curveOf([48, 66, 84]);
    expect(fewestDays(curve, eight, TODAY, everyDay)).toEqual({
      from: '2026-11-21',
      to: '2026-11-22',
    });
    expect(fewestDays(curve, eight, TODAY, noSundays)).toEqual({
      from: '2026-11-21',
      to: '2026-11-23',
    });
  });

  it('begins on the first given day, and ends although nothing is certain', () => {
    const early = curveOf([0, 1, 2]);
    const first = '2026-11-22';
    expect(fewestDays(early, eight, first, noSundays)).toEqual({
      from: '2026-11-23',
      to: '2026-11-23',
    });
    const endless = curveOf([1_000, 4_000, 8_000]);
    const { from, to } = fewestDays(endless, eight, TODAY, everyDay);
    expect(daysBetween(from, to)).toBeLessThan(61);
  });

  it('uses the local clocks', () => {
    const curve = curveOf([11.2, 11.5, 11.8]);
    const tokyo = { ...everyDay, zone: 'Asia/Tokyo' };
    expect(fewestDays(curve, eight, TODAY, everyDay).from).toBe('2026-11-19');
    expect(fewestDays(curve, eight, TODAY, tokyo).from).toBe('2026-11-20');
    expect(timeAtShare(curve, 0.5) - START_MS).toBeLessThan(DAY_MS);
  });
});

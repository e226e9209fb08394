import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, isLocalDate, type LocalDate, weekdayOf } from './local-date.ts';
import { addOpenDays, type DayFilter, firstOpenDay, openDaysBetween } from './place-calendar.ts';

fc.configureGlobal({ seed: 20_261_120 });

const day = fc.integer({ min: 0, max: 40_000 }).map((index) => addDays('1990-01-01', index));
/** Any calendar: a weekend, and some holidays. */
const calendar: fc.Arbitrary<DayFilter> = fc
  .tuple(fc.subarray(['mon', 'wed', 'fri', 'sat', 'sun']), fc.integer({ min: 5, max: 40 }))
  .map(
    ([weekend, every]) =>
      (date: LocalDate) =>
        !weekend.includes(weekdayOf(date)) && daysBetween('1990-01-01', date) % every !== 0,
  );

describe('counting days', () => {
  it('ends on a day that counts, and never goes back', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 60 }), calendar, (from, count, counts) => {
        const to = addOpenDays(from, count, counts);
        expect(counts(to)).toBe(true);
        expect(to >= from).toBe(true);
        if (count > 0) expect(to > from).toBe(true);
      }),
    );
  });

  it('finds the same number of days between as were added, ahead and back', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 60 }), calendar, (from, count, counts) => {
        expect(openDaysBetween(from, addOpenDays(from, count, counts), counts)).toBe(count);
        const back = addOpenDays(from, -count, counts);
        expect(openDaysBetween(back, from, counts)).toBe(counts(from) ? count : count - 1);
      }),
    );
  });

  it('adds in one go what it adds in two, and more days never end sooner', () => {
    const few = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(day, few, few, calendar, (from, a, b, counts) => {
        const at = addOpenDays(from, a, counts);
        expect(addOpenDays(at, b, counts)).toBe(addOpenDays(from, a + b, counts));
        expect(addOpenDays(from, a + b, counts) > at).toBe(true);
      }),
    );
  });

  it('starting later ends no sooner', () => {
    const few = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(day, few, few, calendar, (from, ahead, count, counts) => {
        const later = addOpenDays(addDays(from, ahead), count, counts);
        expect(later >= addOpenDays(from, count, counts)).toBe(true);
      }),
    );
  });

  it('ends if no day ever counts, and with broken clocks', () => {
    const never = () => false;
    expect(firstOpenDay('2026-11-20', never)).toBe('2026-11-20');
    expect(isLocalDate(addOpenDays('2026-11-20', 3, never))).toBe(true);
    expect(openDaysBetween('1970-01-01', '2099-12-31', () => true)).toBe(3_660);
    expect(openDaysBetween('2026-11-20', '2026-11-18', () => true)).toBe(-2);
  });
});

import { describe, expect, it } from 'vitest';
import { StageLevels } from './stage-levels.ts';

const DAY_MS = 86_400_000;
const WINDOW = { from: -1, middle: 0, to: 1, fromDay: 10, toDay: 11 };
const EARLY = { actual: -2, day: 10 };
const WITHIN = { actual: 0, day: 10 };

/** The levels after some days of twenty parcels each, of which `early` came before their window. */
function levelsAfter(days: number, early: number, group = 'at_facility'): StageLevels {
  const levels = new StageLevels();
  for (let day = 0; day < days; day += 1) {
    levels.settle(day * DAY_MS);
    for (let index = 0; index < 20; index += 1) {
      const { actual, day: cameOn } = index < early ? EARLY : WITHIN;
      levels.record(group, WINDOW, actual, cameOn);
    }
  }
  levels.settle(days * DAY_MS);
  return levels;
}

describe('levels of dates on the way', () => {
  it('extend windows within weeks when too many come before them', () => {
    expect(levelsAfter(0, 0).reader('at_facility')(0.1)).toBe(0.1);
    expect(levelsAfter(14, 6).reader('at_facility')(0.1)).toBeLessThan(0.05);
    expect(levelsAfter(14, 2).reader('at_facility')(0.1)).toBeCloseTo(0.1, 5);
  });

  it('are those of a group, with little influence from the others', () => {
    const levels = levelsAfter(7, 6);
    const moved = (group: string) => Math.log(0.1 / levels.reader(group)(0.1));
    expect(moved('at_facility silent')).toBeGreaterThan(0);
    expect(moved('at_facility silent')).toBeLessThan(0.3 * moved('at_facility'));
  });

  it('leave out more by the curve while days contain too much, and half at most', () => {
    expect(levelsAfter(0, 0).missedInDays('at_facility')).toBe(0.2);
    expect(levelsAfter(10, 0).missedInDays('at_facility')).toBeGreaterThan(0.3);
    expect(levelsAfter(365, 0).missedInDays('at_facility')).toBe(0.5);
  });

  it('continue after they were stored and read', () => {
    const levels = levelsAfter(14, 6);
    const read = new StageLevels(levels.state());
    expect(read.reader('at_facility')(0.1)).toBe(levels.reader('at_facility')(0.1));
    expect(read.missedInDays('at_facility')).toBe(levels.missedInDays('at_facility'));
  });
});

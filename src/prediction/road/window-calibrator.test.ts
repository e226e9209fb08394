import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../kernel/seeded-random.ts';
import { WindowCalibrator } from './window-calibrator.ts';

const WINDOW = { low: -1, middle: 0, high: 1 };
const random = seededRandom(5);
/** A random number, uniform between -1 and 1. */
const even = () => (random() / 2 ** 32) * 2 - 1;

function hearDays(calibrator: WindowCalibrator, minutes: number, reach: number, days = 8): void {
  for (let day = 0; day < days; day += 1) {
    for (let index = 0; index < 2_000; index += 1)
      calibrator.record(WINDOW, minutes, reach * even());
    calibrator.closeDay();
  }
}

describe('a window', () => {
  it('does not change without observations, nor before the day is over', () => {
    const calibrator = new WindowCalibrator();
    expect(calibrator.apply(WINDOW, 8)).toEqual(WINDOW);
    calibrator.record(WINDOW, 8, 5);
    expect(calibrator.apply(WINDOW, 8)).toEqual(WINDOW);
  });

  it('is stretched where outcomes lay outside, and narrowed where it was wide', () => {
    const wide = new WindowCalibrator();
    hearDays(wide, 8, 0.5);
    const narrow = new WindowCalibrator();
    hearDays(narrow, 8, 2);
    // Outcomes are even up to the reach: about 79 % of it holds 79 %.
    expect(wide.apply(WINDOW, 8).high).toBeCloseTo(0.79 * 0.5, 1);
    expect(narrow.apply(WINDOW, 8).high).toBeCloseTo(0.79 * 2, 1);
    expect(narrow.apply(WINDOW, 8).low).toBeCloseTo(-0.79 * 2, 1);
    expect(narrow.apply(WINDOW, 8).middle).toBe(0);
  });

  it('has each end and each length of drive calibrated separately', () => {
    const calibrator = new WindowCalibrator();
    for (let index = 0; index < 5_000; index += 1)
      calibrator.record(WINDOW, 30, 3 * Math.abs(even()));
    calibrator.closeDay();
    const { low, high } = calibrator.apply(WINDOW, 25);
    expect(high).toBeGreaterThan(2);
    expect(low).toBeGreaterThan(-0.2);
    expect(calibrator.apply(WINDOW, 19)).toEqual(WINDOW);
  });

  it('forgets: what was a week ago no longer decides', () => {
    const calibrator = new WindowCalibrator();
    hearDays(calibrator, 8, 2);
    hearDays(calibrator, 8, 0.5, 14);
    expect(calibrator.apply(WINDOW, 8).high).toBeLessThan(0.5);
  });

  it('hardly moves by a few outcomes', () => {
    const calibrator = new WindowCalibrator();
    for (let index = 0; index < 10; index += 1) calibrator.record(WINDOW, 8, 4);
    calibrator.closeDay();
    expect(calibrator.apply(WINDOW, 8).high).toBeLessThan(1.15);
  });

  it('is the same from a stored state', () => {
    const calibrator = new WindowCalibrator();
    hearDays(calibrator, 8, 2);
    const again = new WindowCalibrator(calibrator.state());
    expect(again.apply(WINDOW, 8)).toEqual(calibrator.apply(WINDOW, 8));
  });
});

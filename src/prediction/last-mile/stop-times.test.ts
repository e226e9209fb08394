import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../kernel/seeded-random.ts';
import type { Prediction } from '../chain/prediction.ts';
import type { DriveTime } from '../road/ride/ride.ts';
import { byArrival, shownWindow } from './shown-arrival.ts';
import {
  calibrationOf,
  type FinishedLeg,
  learnDwells,
  ridesOf,
  USUAL_DWELLS,
} from './stop-learning.ts';
import { stopTimes, sumOfTimes } from './stop-times.ts';

const MINUTE_MS = 60_000;
const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const drive: DriveTime = { p10Min: 3, p50Min: 5, p90Min: 9 };
const dwell: DriveTime = { p10Min: 1, p50Min: 2, p90Min: 5 };
const stop = { drive, dwell, opensMs: null };
const inMinutes = (ms: number) => (ms - NOW_MS) / MINUTE_MS;

describe('times one after the other', () => {
  it('for one part are its own; for many, the middle exceeds the sum of middles, with a smaller spread', () => {
    const one = sumOfTimes([drive]);
    expect(one.p50Min).toBeCloseTo(5, 1);
    expect(one.p10Min / one.p50Min).toBeCloseTo(Math.sqrt(3 / 9), 1);
    const ten = sumOfTimes(Array.from({ length: 10 }, () => drive));
    expect(ten.p50Min).toBeGreaterThan(50);
    expect(ten.p50Min).toBeLessThan(58);
    expect((ten.p90Min - ten.p10Min) / ten.p50Min).toBeLessThan(
      (one.p90Min - one.p10Min) / one.p50Min,
    );
    expect(sumOfTimes([])).toEqual({ p10Min: 0, p50Min: 0, p90Min: 0 });
  });

  it('contain eight of ten, if the draws follow the prediction', () => {
    const random = seededRandom(7);
    const share = () => random() / 2 ** 32;
    const normal = () => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share());
    const predicted = sumOfTimes([drive, drive, drive, drive]);
    const middle = Math.log(Math.sqrt(3 * 9));
    const sigma = Math.log(9 / 3) / (2 * 1.28155);
    const rounds = 4_000;
    let inside = 0;
    for (let index = 0; index < rounds; index += 1) {
      // A quarter of the variance is shared by the whole round.
      const day = normal();
      let sum = 0;
      for (let leg = 0; leg < 4; leg += 1) {
        sum += Math.exp(middle + sigma * (Math.sqrt(0.25) * day + Math.sqrt(0.75) * normal()));
      }
      if (sum >= predicted.p10Min && sum <= predicted.p90Min) inside += 1;
    }
    expect(inside / rounds).toBeGreaterThan(0.77);
    expect(inside / rounds).toBeLessThan(0.83);
  });
});

describe('a courier’s stops', () => {
  it('come in sequence, with growing windows', () => {
    const times = stopTimes(NOW_MS, NOW_MS, [stop, stop, stop]);
    const middles = times.map(({ p50Ms }) => inMinutes(p50Ms));
    expect(middles[0]).toBeGreaterThan(7);
    expect(middles[0]).toBeLessThan(9);
    expect(middles[2]).toBeGreaterThan(21);
    const widths = times.map(({ p10Ms, p90Ms }) => p90Ms - p10Ms);
    expect(widths[1]).toBeGreaterThan(widths[0] ?? 0);
    for (const { p10Ms, p50Ms, p90Ms } of times) {
      expect(NOW_MS).toBeLessThan(p10Ms);
      expect(p10Ms).toBeLessThan(p50Ms);
      expect(p50Ms).toBeLessThan(p90Ms);
    }
  });

  it('narrow as the courier comes nearer, and wait for a window to open', () => {
    const far = stopTimes(NOW_MS, NOW_MS, [stop, stop, stop, stop])[3];
    const near = stopTimes(NOW_MS, NOW_MS, [stop])[0];
    const width = (time: typeof far) => (time?.p90Ms ?? 0) - (time?.p10Ms ?? 0);
    expect(width(near)).toBeLessThan(width(far) / 1.5);
    const opensMs = NOW_MS + 60 * MINUTE_MS;
    const [first, second] = stopTimes(NOW_MS, NOW_MS, [{ ...stop, opensMs }, stop]);
    expect(inMinutes(first?.p10Ms ?? 0)).toBeGreaterThan(60);
    expect(inMinutes(first?.p50Ms ?? 0)).toBeLessThan(64);
    expect(inMinutes(second?.p50Ms ?? 0)).toBeGreaterThan(67);
  });

  it('are never in the past: a late courier is about to arrive, and all later stops move', () => {
    const startMs = NOW_MS - 40 * MINUTE_MS;
    const [first, second] = stopTimes(startMs, NOW_MS, [stop, stop]);
    expect(inMinutes(first?.p50Ms ?? 0)).toBe(2);
    expect(inMinutes(first?.p10Ms ?? 0)).toBeGreaterThanOrEqual(0);
    expect(inMinutes(first?.p90Ms ?? 0)).toBeGreaterThanOrEqual(8);
    expect(inMinutes(second?.p50Ms ?? 0)).toBeGreaterThan(7);
    expect(inMinutes(second?.p50Ms ?? 0)).toBeLessThan(14);
  });
});

/**
 * Rounds of a synthetic courier: 4 minutes per kilometre of street, 6 at a stop, 12 with a
 * signature.
 */
function legsOf(count: number): FinishedLeg[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, index) => {
    const kind = index % 4 === 0 ? 'proof' : 'one';
    const km = 1 + (random() / 2 ** 32) * 2;
    const leftMs = NOW_MS + index * 3_600_000;
    const from = { lat: 48.2, lng: 16.4 };
    const minutes = km * 4 + (kind === 'proof' ? 12 : 6);
    const to = { lat: 48.2 + km / 111.195, lng: 16.4 };
    return { courier: 'c', from, to, leftMs, doneMs: leftMs + minutes * MINUTE_MS, kind };
  });
}

describe('what own rounds teach', () => {
  it('times at stops, by kind; too few teach nothing', () => {
    const legs = legsOf(400);
    const drives = legs.map(({ from, to }) => {
      const p50Min = (to.lat - from.lat) * 111.195 * 4;
      return { p10Min: p50Min, p50Min, p90Min: p50Min };
    });
    const dwells = learnDwells(legs, drives);
    expect(dwells.one.p50Min).toBeCloseTo(6, 3);
    expect(dwells.proof.p50Min).toBeCloseTo(12, 3);
    expect(dwells.several).toEqual(USUAL_DWELLS.several);
    expect(learnDwells(legs.slice(0, 20), drives)).toEqual(USUAL_DWELLS);
    const rides = ridesOf(legs, dwells);
    expect(rides).toHaveLength(400);
    expect((rides[1]?.endMs ?? 0) - (rides[1]?.atMs ?? 0)).toBeCloseTo(
      (legs[1]?.doneMs ?? 0) - (legs[1]?.leftMs ?? 0) - 6 * MINUTE_MS,
      -3,
    );
  });

  it('window widths: late results make windows reach further', () => {
    const predicted = { p10Min: 8, p50Min: 12, p90Min: 16 };
    const late = Array.from({ length: 4_000 }, (_, index) => {
      const predictedAtMs = NOW_MS + index * 200_000;
      return {
        predicted,
        predictedAtMs,
        doneMs: predictedAtMs + (12 + (index % 10) * 2) * MINUTE_MS,
      };
    });
    const calibrated = calibrationOf(late)(predicted);
    expect(calibrated.p90Min).toBeGreaterThan(24);
    expect(calibrated.p50Min).toBeCloseTo(12, 6);
    expect(calibrationOf([])(predicted).p90Min).toBeCloseTo(16, 6);
  });
});

describe('the window that is shown', () => {
  const arrival = (p50: number, stopsBefore = 3, madeMs = NOW_MS) => ({
    madeMs,
    stopsBefore,
    p50Ms: NOW_MS + p50 * MINUTE_MS,
    p10Ms: NOW_MS + p50 * 0.7 * MINUTE_MS,
    p90Ms: NOW_MS + p50 * 1.4 * MINUTE_MS,
  });
  const before: Prediction = {
    date: '2026-03-10',
    from: null,
    to: null,
    source: 'rule',
    confidence: 0.3,
    late: false,
    reasons: [],
  };
  const at = { nowMs: NOW_MS, zone: 'America/New_York', confidence: 0.8 };

  it('is in whole steps that grow with the time to go', () => {
    const widthMin = (p50: number) => {
      const { fromMs, toMs } = shownWindow(arrival(p50), NOW_MS);
      expect([fromMs % (5 * MINUTE_MS), toMs % (5 * MINUTE_MS)]).toEqual([0, 0]);
      return (toMs - fromMs) / MINUTE_MS;
    };
    expect([10, 30, 100, 240].map(widthMin)).toEqual([10, 25, 90, 210]);
  });

  it('is by the clock of the destination, with the stops before it when they are few', () => {
    expect(byArrival(before, arrival(20), at)).toMatchObject({
      date: '2026-03-10',
      from: '2026-03-10T08:10',
      to: '2026-03-10T08:30',
      source: 'model',
      confidence: 0.8,
      stopsBefore: 3,
    });
    expect(byArrival(before, arrival(20, 11), at)).not.toHaveProperty('stopsBefore');
  });

  it('is absent when it is old, over, or for tomorrow', () => {
    expect(byArrival(before, arrival(40, 3, NOW_MS - 16 * MINUTE_MS), at)).toBeNull();
    expect(byArrival(before, arrival(-30), at)).toBeNull();
    expect(byArrival(before, arrival(20), { ...at, zone: 'Pacific/Auckland' })).not.toBeNull();
    expect(byArrival(before, arrival(700), { ...at, zone: 'Asia/Tokyo' })).toBeNull();
  });
});

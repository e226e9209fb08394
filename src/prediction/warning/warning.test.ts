import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHIPPED } from '../policy/test-policy.ts';
import {
  decideWarning,
  missProbability,
  NO_WARNING,
  type WarningState,
  type WarningStep,
} from './decide.ts';
import { warningFigures } from './score.ts';

fc.configureGlobal({ seed: 20_261_120 });

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-19T10:00:00Z');
const BERLIN = 'Europe/Berlin';
const { warn, clear } = SHIPPED.warning;

const parcel = (days: readonly number[]) => ({
  quantiles: days.map((day, index) => ({
    share: [0.1, 0.5, 0.9][index] ?? 0,
    atMs: NOW_MS + day * DAY_MS,
  })),
  startMs: NOW_MS,
});

describe('the probability that a day is missed', () => {
  it('is what the curve has left when the clocks there show the next day', () => {
    // There are 37 hours until the 20th ends in Berlin.
    const median = parcel([0.5, 37 / 24, 3]);
    expect(missProbability(median, { date: '2026-11-20', zone: BERLIN }, NOW_MS)).toBeCloseTo(0.5);
    const west = { date: '2026-11-20', zone: 'America/New_York' };
    expect(missProbability(median, west, NOW_MS)).toBeLessThan(0.5);
  });

  it('grows while it does not come, and is certain when the day is over', () => {
    const days = fc.integer({ min: 0, max: 20 });
    const hours = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(fc.tuple(days, days, days), hours, hours, (at, a, b) => {
        const promise = { date: '2026-11-28', zone: BERLIN };
        const probability = (ahead: number) =>
          missProbability(parcel(at), promise, NOW_MS + ahead * 3_600_000) ?? Number.NaN;
        const [first, second] = [probability(Math.min(a, b)), probability(Math.max(a, b))];
        expect(first).toBeGreaterThanOrEqual(0);
        expect(second).toBeLessThanOrEqual(1);
        expect(second).toBeGreaterThanOrEqual(first - 1e-9);
        expect(probability(24 * 30)).toBe(1);
      }),
    );
  });

  it('is smaller for a later day', () => {
    const of = (date: string) =>
      missProbability(parcel([1, 3, 6]), { date, zone: BERLIN }, NOW_MS) ?? Number.NaN;
    const all = ['2026-11-19', '2026-11-20', '2026-11-22', '2026-11-25', '2026-12-20'].map(of);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    expect(all[4]).toBeLessThan(0.001);
  });

  it('is not said without usable quantiles, a day or a zone', () => {
    const promise = { date: '2026-11-20', zone: BERLIN };
    expect(missProbability(parcel([]), promise, NOW_MS)).toBeNull();
    expect(missProbability(parcel([Number.NaN, 1]), promise, NOW_MS)).toBeNull();
    expect(missProbability(parcel([1, 2, 3]), { ...promise, date: 'soon' }, NOW_MS)).toBeNull();
    expect(missProbability(parcel([1, 2, 3]), { ...promise, zone: 'Odd' }, NOW_MS)).toBeNull();
  });
});

describe('warnings', () => {
  interface Said {
    readonly promise: string | null;
    readonly probability: number | null;
    readonly hasPassed: boolean;
  }
  const said = (probability: number | null, promise: string | null = '2026-11-20'): Said => ({
    promise,
    probability,
    hasPassed: false,
  });
  const run = (all: readonly Said[]): { steps: WarningStep[]; state: WarningState } => {
    let state = NO_WARNING;
    const steps = all.map((now) => {
      const next = decideWarning(SHIPPED.warning, state, now);
      state = next.state;
      return next.step;
    });
    return { steps, state };
  };

  it('come at the threshold, once, however it trembles about it', () => {
    expect(run([0.4, 0.5, 0.49, 0.51, 0.4, 0.6].map((p) => said(p))).steps).toEqual([
      null,
      'delay_predicted',
      null,
      null,
      null,
      null,
    ]);
  });

  it('do not come again after the parcel recovered, for the same day', () => {
    const { steps, state } = run([0.6, 0.3, 0.6].map((p) => said(p)));
    expect(steps).toEqual(['delay_predicted', 'recovered', null]);
    expect(state.isAtRisk).toBe(true);
  });

  it('come for another promise, and not for one that comes back', () => {
    const { steps } = run([
      said(0.9),
      said(0.9, '2026-11-22'),
      said(0.9),
      said(0.9, '2026-11-22'),
      said(0.9, null),
      said(0.9),
    ]);
    expect(steps).toEqual(['delay_predicted', 'delay_predicted', null, null, null, null]);
  });

  it('come of nothing that cannot be said, nor after the day', () => {
    const odd = [said(null), said(Number.NaN), { ...said(1), hasPassed: true }, said(1, 'soon')];
    expect(run(odd).steps).toEqual([null, null, null, null]);
    expect(run([said(0.6), said(null)]).state.isAtRisk).toBe(true);
  });

  it('are one for each promise, whatever is said', () => {
    const anything = fc.record({
      promise: fc.option(fc.constantFrom('2026-11-20', '2026-11-21', '2026-11-22')),
      probability: fc.option(fc.double({ min: 0, max: 1 })),
      hasPassed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (all) => {
        const { steps } = run(all);
        const warned = all.filter((_, index) => steps[index] === 'delay_predicted');
        expect(new Set(warned.map(({ promise }) => promise)).size).toBe(warned.length);
        for (const { probability } of warned) expect(probability).toBeGreaterThanOrEqual(warn);
        for (const [index, step] of steps.entries()) {
          if (step === 'recovered') expect(all[index]?.probability).toBeLessThanOrEqual(clear);
        }
      }),
    );
  });
});

describe('figures of warnings', () => {
  it('say which part came true, and which part of the missed was warned of', () => {
    const ledger = [
      ...[0.9, 0.8, 0.6].map((probability) => ({ probability, wasMissed: true })),
      ...[0.7, 0.1, 0.1].map((probability) => ({ probability, wasMissed: false })),
      ...[0.2, 0.3].map((probability) => ({ probability, wasMissed: true })),
      { probability: Number.NaN, wasMissed: true },
    ];
    const figures = warningFigures(ledger, 0.5);
    expect(figures).toMatchObject({ n: 8, missed: 5, warned: 4, precision: 0.75, recall: 0.6 });
    expect(figures.brier).toBeCloseTo(0.23125, 6);
  });

  it('say nothing of nothing', () => {
    expect(warningFigures([], 0.5)).toMatchObject({ precision: null, recall: null, brier: null });
  });

  it('lie between 0 and 1, and a lower threshold finds no fewer', () => {
    const outcome = fc.record({
      probability: fc.double({ min: 0, max: 1 }),
      wasMissed: fc.boolean(),
    });
    const threshold = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(outcome), threshold, threshold, (ledger, a, b) => {
        const low = warningFigures(ledger, Math.min(a, b));
        const high = warningFigures(ledger, Math.max(a, b));
        expect(low.recall ?? 1).toBeGreaterThanOrEqual(high.recall ?? 0);
        for (const part of [low.precision, low.recall, low.brier]) {
          if (part !== null) expect(part >= 0 && part <= 1).toBe(true);
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { addDays, localTimeAt } from '../calendar/local-date.ts';
import { calendarAt } from '../calendar/test-calendar.ts';
import { SHIPPED } from '../policy/test-policy.ts';
import { choosePrediction } from './choose.ts';
import { type Candidate, modelConfidence, recordConfidence, type Situation } from './prediction.ts';

fc.configureGlobal({ seed: 20_261_120 });

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-01T00:00:00Z');
const RUNS = { numRuns: runs(500) };

const day = fc.integer({ min: -40, max: 90 }).map((index) => addDays('2026-11-19', index));
/** Values that include texts that are no date, no number, or no time. */
const odd = fc.constantFrom('', 'soon', '2026-02-30', '9998-12-31', '1969-01-01', '2026-11-19Z');
const anyDay = fc.oneof({ weight: 5, arbitrary: day }, { weight: 1, arbitrary: odd });
const number = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -200, max: 2_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e300, 1e300) },
);
const ahead = fc.integer({ min: 0, max: 1_300 });
const record = fc.option(fc.record({ due: number, onTime: number }));

const model: fc.Arbitrary<Candidate> = fc
  .record({
    at: fc.oneof(fc.array(number, { maxLength: 4 }), fc.tuple(ahead, ahead, ahead)),
    start: fc.oneof(number, fc.constant(0)),
    support: fc.oneof(number, fc.constant(1_000)),
    drift: fc.oneof(number, fc.double({ min: 0, max: 0.2, noNaN: true })),
  })
  .map(({ at, start, support, drift }) => ({
    source: 'model',
    quantiles: at.map((hours, index) => ({
      share: [0.1, 0.5, 0.9, 0.99][index] ?? 0,
      atMs: START_MS + hours * HOUR_MS,
    })),
    startMs: START_MS + start * HOUR_MS,
    support,
    drift,
  }));
const carrier: fc.Arbitrary<Candidate> = fc
  .record({
    date: anyDay,
    from: fc.option(anyDay),
    to: fc.option(anyDay),
    record,
    hour: fc.option(fc.constantFrom('T10:00', 'T23:59:00+01:00', 'T00:00', 'Tnoon')),
  })
  .map(({ date, from, to, record: onTime, hour }) => ({
    source: 'carrier',
    date,
    record: onTime,
    from: from && from + (hour ?? ''),
    to: to && to + (hour ?? ''),
  }));
const rule: fc.Arbitrary<Candidate> = fc.record({
  source: fc.constant('rule' as const),
  after: fc.constantFrom('scan' as const, 'hand_over' as const, 'out_for_delivery' as const),
  date: anyDay,
  isAbroad: fc.boolean(),
  record,
});

const places = ['DE-BY', 'US', 'SA', 'BR-SP', 'XX'].map((place) => calendarAt(place));
const anything: fc.Arbitrary<Situation> = fc.record({
  candidates: fc.array(fc.oneof(model, carrier, rule), { maxLength: 3 }),
  nowMs: fc.integer({ min: 0, max: 1_200 }).map((hours) => START_MS + hours * HOUR_MS),
  zone: fc.constantFrom('Europe/Berlin', 'America/Los_Angeles', 'Pacific/Auckland', null, 'Odd'),
  calendar: fc.constantFrom(...places),
  service: fc.record({
    carrier: fc.constantFrom('acme', null),
    serviceLevel: fc.constantFrom('Express', 'economy', null, '__proto__'),
  }),
  promised: fc.option(day),
});

describe('for any candidates, a prediction', () => {
  it('is never for a day that is over at the destination, nor has such a window', () => {
    fc.assert(
      fc.property(anything, (is) => {
        const { date, from, to } = choosePrediction(SHIPPED, is);
        const today = localTimeAt(is.nowMs, is.zone ?? 'Etc/GMT+12').date;
        if (date === null) return;
        expect(date >= today).toBe(true);
        if (from !== null) expect(from.slice(0, 10) >= today).toBe(true);
        if (to !== null) expect(to.slice(0, 10) >= today).toBe(true);
      }),
      RUNS,
    );
  });

  it('states source, confidence and reasons, and has a date unless none is known', () => {
    fc.assert(
      fc.property(anything, (is) => {
        const { date, from, to, source, confidence, reasons } = choosePrediction(SHIPPED, is);
        expect(date === null).toBe(source === 'none');
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(reasons.length).toBeGreaterThan(0);
        if (source === 'none') expect([from, to, confidence]).toEqual([null, null, 0]);
        else expect(is.candidates.length).toBeGreaterThan(0);
        if (source === 'model') expect(confidence).toBeGreaterThanOrEqual(0.2);
      }),
      RUNS,
    );
  });

  it('of ours has its date within its window, all on delivery days', () => {
    fc.assert(
      fc.property(anything, (is) => {
        const { date, from, to, source } = choosePrediction(SHIPPED, is);
        if (source === 'carrier' || date === null || from === null || to === null) return;
        expect(from <= date && date <= to).toBe(true);
        for (const each of [date, from, to]) expect(is.calendar.isDeliveryDay(each)).toBe(true);
      }),
      RUNS,
    );
  });

  it('of ours names no day without further deliveries, by any possible clock', () => {
    fc.assert(
      fc.property(anything, (is) => {
        const { date, from, source } = choosePrediction(SHIPPED, is);
        if (source === 'carrier' || date === null || from === null) return;
        const today = localTimeAt(is.nowMs, is.zone ?? 'Etc/GMT-14');
        const isOver = is.zone !== null && today.minutes >= is.calendar.lastDeliveryMinutes;
        expect(from >= (isOver ? addDays(today.date, 1) : today.date)).toBe(true);
      }),
      RUNS,
    );
  });

  it('of a parcel whose promise has passed says that it is late', () => {
    fc.assert(
      fc.property(anything, (is) => {
        const passed = '2026-10-01';
        expect(choosePrediction(SHIPPED, { ...is, promised: passed }).late).toBe(true);
      }),
      RUNS,
    );
  });

  it('is deterministic, and reads no clock', () => {
    fc.assert(
      fc.property(anything, (is) => {
        expect(choosePrediction(SHIPPED, is)).toEqual(choosePrediction(SHIPPED, is));
      }),
      { numRuns: 50 },
    );
  });
});

describe('confidence', () => {
  const settings = SHIPPED.confidence;
  const positive = fc.double({ min: 0, max: 1_000, noNaN: true });

  it('falls with a wider window and more drift, and grows with comparable parcels', () => {
    fc.assert(
      fc.property(positive, positive, positive, positive, (widthDays, support, drift, more) => {
        const base = modelConfidence(settings, { widthDays, support, drift });
        const of = { widthDays, support, drift };
        const wider = modelConfidence(settings, { ...of, widthDays: widthDays + more });
        const drifted = modelConfidence(settings, { ...of, drift: drift + more });
        const known = modelConfidence(settings, { ...of, support: support + more });
        expect(wider).toBeLessThanOrEqual(base);
        expect(drifted).toBeLessThanOrEqual(base);
        expect(known).toBeGreaterThanOrEqual(base);
      }),
    );
  });

  it('in a carrier follows its record', () => {
    const of = (due: number, onTime: number) =>
      recordConfidence(settings, 'carrier', { due, onTime });
    expect(of(0, 0)).toBe(settings.carrier);
    expect(of(10_000, 10_000)).toBeGreaterThan(0.99);
    expect(of(10_000, 0)).toBeLessThan(0.01);
    expect(of(20, 20)).toBeCloseTo((settings.carrier + 1) / 2, 6);
  });
});

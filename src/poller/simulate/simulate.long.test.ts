import { beforeAll, describe, expect, it } from 'vitest';
import {
  makeParcels,
  SHIFTED_HABITS,
  toJsonLines,
  USUAL_HABITS,
} from '../../../test/support/parcels/parcel-histories.ts';
import type { ParcelHistory } from '../hazard/bins.ts';
import { fixedPolicy, flatPolicy } from '../policy/fixed.ts';
import type { PollPolicy } from '../policy/policy.ts';
import { type Kind, runParcel } from './figures.ts';
import { readJsonLines } from './read-json-lines.ts';
import { calibrate, type SimulateOptions, type Simulation, simulate } from './simulate.ts';
import { simulationJson, simulationPlot, simulationTable } from './simulation-report.ts';

const HOUR_MS = 3_600_000;
const BEGIN_MS = Date.UTC(2026, 0, 5);
const SPEND = { price: 1, ceilingS: 21_600, floorS: 300 };

function histories(count: number, seed: number, habits = USUAL_HABITS): readonly ParcelHistory[] {
  const read = readJsonLines(toJsonLines(makeParcels(count, seed, habits)), 'made');
  if (!read.ok) throw new Error(read.message);
  return read.histories;
}

const story: ParcelHistory = {
  trackingNumber: 'T1',
  carrier: 'acme',
  service: null,
  timeZone: 'UTC',
  createdAtMs: BEGIN_MS,
  edd: null,
  facts: [
    { atMs: BEGIN_MS + 1 * HOUR_MS, status: 'picked_up' },
    { atMs: BEGIN_MS + 4.5 * HOUR_MS, status: 'in_transit' },
    { atMs: BEGIN_MS + 5 * HOUR_MS, status: 'delivered' },
    { atMs: BEGIN_MS + 30 * HOUR_MS, status: 'exception' },
  ],
};

describe('a parcel on a virtual clock', () => {
  it('is polled at registration, then as the policy says, until a poll sees the end', () => {
    const detected: string[] = [];
    const run = runParcel(story, fixedPolicy, SPEND, ({ status, delayMinutes }) => {
      detected.push(`${status} ${delayMinutes}`);
    });
    expect(run).toEqual({ calls: 3, wasted: 1 });
    expect(detected).toEqual(['picked_up 180', 'in_transit 210', 'delivered 180']);
  });

  it('that never ends is given up some days after its last fact', () => {
    const endless = { ...story, facts: story.facts.slice(0, 2) };
    const run = runParcel(endless, flatPolicy(3_600), SPEND, () => {});
    expect(run.calls).toBe(53);
  });

  it('shows the policy what a hub would know, and nothing that is yet to come', () => {
    const seen: string[] = [];
    const spy: PollPolicy = {
      name: 'flat',
      next(view, nowMs) {
        expect(view.lastPolledAtMs).toBe(nowMs);
        expect(view.lastFactAtMs ?? 0).toBeLessThanOrEqual(nowMs);
        expect(Object.keys(view)).not.toContain('facts');
        seen.push(view.status);
        return { atMs: nowMs + 2 * HOUR_MS, value: 0, why: '', reason: 'fixed' };
      },
    };
    runParcel(story, spy, SPEND, () => {});
    expect(seen).toEqual(['created', 'picked_up', 'picked_up']);
  });
});

describe('calibration', () => {
  it('finds the setting that makes the calls', () => {
    const run = (setting: number) => ({ calls: 20 / Math.sqrt(setting), outcome: setting });
    const { at } = calibrate(run, 50, 1, { least: 1e-4, most: 1e4 });
    expect(at).toBeCloseTo(0.16, 2);
  });

  it('answers the nearest where calls move in steps', () => {
    const run = (setting: number) => ({ calls: setting < 3 ? 10 : 5, outcome: setting });
    const { outcome } = calibrate(run, 6, 1, { least: 0.1, most: 100 });
    expect(outcome).toBeGreaterThanOrEqual(3);
  });
});

describe('the policies at equal calls', () => {
  const options = (changes: Partial<SimulateOptions>): SimulateOptions => ({
    histories: [],
    train: [],
    callsOf: 'fixed',
    budget: 1,
    relearnDays: null,
    policies: ['fixed', 'flat', 'adaptive'],
    ceilingS: 21_600,
    floorS: 300,
    ...changes,
  });
  const ratio = ({ policies }: Simulation, kind: Kind, of: 'mean' | 'p95' = 'mean') =>
    (policies.adaptive?.delayMinutes[kind][of] ?? Number.NaN) /
    (policies.fixed?.delayMinutes[kind][of] ?? Number.NaN);

  let train: readonly ParcelHistory[];
  let usual: Simulation;
  beforeAll(() => {
    train = histories(500, 11);
    usual = simulate(options({ train, histories: histories(250, 12) }));
  });

  it('fixed makes the calls and the delays that the timetable is known for', () => {
    const fixed = usual.policies.fixed;
    expect(Math.abs((fixed?.callsPerParcel ?? 0) / 91.8 - 1)).toBeLessThan(0.08);
    expect(Math.abs((fixed?.delayMinutes.overall.mean ?? 0) / 89 - 1)).toBeLessThan(0.04);
  });

  it('adaptive detects far sooner than fixed with the same calls', () => {
    const { fixed, flat, adaptive } = usual.policies;
    for (const policy of [flat, adaptive]) {
      const calls = (policy?.callsPerParcel ?? 0) / (fixed?.callsPerParcel ?? 1);
      expect(Math.abs(calls - 1)).toBeLessThan(0.01);
    }
    expect(ratio(usual, 'overall')).toBeLessThan(0.4);
    expect(ratio(usual, 'out_for_delivery')).toBeLessThan(0.4);
    expect(ratio(usual, 'delivered')).toBeLessThan(0.45);
    expect(ratio(usual, 'exception')).toBeLessThan(0.75);
    expect(ratio(usual, 'out_for_delivery', 'p95')).toBeLessThan(0.25);
    expect(ratio(usual, 'delivered', 'p95')).toBeLessThan(0.25);
  });

  it('adaptive detects sooner with half the calls, and than flat at flat’s own calls', () => {
    const tried = histories(150, 13);
    const half = simulate(options({ train, histories: tried, budget: 0.5 }));
    expect(ratio(half, 'overall')).toBeLessThan(0.75);
    const calls = half.policies.adaptive?.callsPerParcel ?? 0;
    expect(calls / (half.policies.fixed?.callsPerParcel ?? 1)).toBeCloseTo(0.5, 2);
    const { policies } = simulate(options({ train, histories: tried, callsOf: 'flat' }));
    expect(policies.flat?.callsPerParcel).toBeGreaterThan(60);
    expect(
      (policies.adaptive?.delayMinutes.overall.mean ?? 1) /
        (policies.flat?.delayMinutes.overall.mean ?? 1),
    ).toBeLessThan(0.65);
  });

  it('detects sooner than fixed from the first day on, before anything was learned', () => {
    const new_ = simulate(options({ histories: histories(150, 14) }));
    expect(ratio(new_, 'overall')).toBeLessThan(0.6);
  });

  it('survives habits that moved, and improves by relearning', () => {
    const moved = histories(500, 15, SHIFTED_HABITS);
    const before = simulate(options({ train, histories: moved.slice(0, 150) }));
    for (const kind of ['overall', 'out_for_delivery', 'delivered', 'exception'] as const) {
      expect(ratio(before, kind)).toBeLessThan(1.2);
    }
    const after = simulate(options({ train, histories: moved, relearnDays: 3 }));
    expect(ratio(after, 'out_for_delivery')).toBeLessThan(0.6);
    expect(after.parcels).toBeLessThan(500);
  });

  it('follows vans that leave three hours later when it relearns every three days', () => {
    const moved = histories(400, 17, { legs: 1, outForDeliveryLaterH: 3 });
    const compared = { train, policies: ['fixed', 'adaptive'] as const };
    const before = simulate(options({ ...compared, histories: moved.slice(0, 120) }));
    const after = simulate(options({ ...compared, histories: moved, relearnDays: 3 }));
    expect(ratio(before, 'out_for_delivery')).toBeGreaterThan(0.8);
    expect(ratio(after, 'out_for_delivery')).toBeLessThan(0.5);
    expect(ratio(after, 'delivered')).toBeLessThan(0.45);
    expect(after.drift.some(({ update }) => update === 'out_for_delivery')).toBe(true);
  });

  it('stretches the ceiling where the calls cannot pay for it', () => {
    const few = simulate(options({ train, histories: histories(30, 16), callsOf: 8 }));
    expect(few.policies.adaptive?.callsPerParcel).toBeCloseTo(8, 0);
  });

  it('is printed as JSON of the agreed shape, as a table and as a plot', () => {
    const delays = {
      mean: expect.any(Number),
      median: expect.any(Number),
      p95: expect.any(Number),
    };
    const policy = {
      calls_per_parcel: expect.any(Number),
      delay_minutes: {
        overall: expect.objectContaining(delays),
        out_for_delivery: expect.objectContaining(delays),
        delivered: expect.objectContaining(delays),
        exception: expect.objectContaining(delays),
      },
    };
    const all = expect.objectContaining(policy);
    expect(simulationJson(usual)).toEqual({ policies: { fixed: all, flat: all, adaptive: all } });
    expect(simulationTable(usual)).toMatch(/^adaptive +\d+\.\d +\d+\.\d +\d+ \/ \d+ \/ \d+/m);
    const plot = simulationPlot(usual);
    expect(plot).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(plot).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('reports nothing on kinds of updates that never came', () => {
    const quiet = simulate(options({ histories: [{ ...story, facts: [] }], callsOf: 20 }));
    expect(JSON.stringify(simulationJson(quiet))).toContain('"mean":null');
    expect(simulationTable(quiet)).toContain('– / – / –');
    expect(simulationPlot(quiet)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

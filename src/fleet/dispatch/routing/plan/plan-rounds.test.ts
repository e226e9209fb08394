import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../kernel/test-runs.ts';
import { byIterations } from '../near.ts';
import { type RoundsToPlan, type StopToPlan, straightTravel } from './plan-input.ts';
import { planRounds } from './plan-rounds.ts';

const DEPOT = { lat: 53.55, lng: 9.99 };
const HOUR_S = 3_600;
const somewhere = fc.record({
  lat: fc.integer({ min: 0, max: 60 }).map((index) => 53.52 + index / 1_000),
  lng: fc.integer({ min: 0, max: 100 }).map((index) => 9.94 + index / 1_000),
});
const rounds = fc.integer({ min: 1, max: 3 }).chain((vehicles) => {
  const vehicle = fc.option(fc.integer({ min: 0, max: vehicles - 1 }));
  const stop: fc.Arbitrary<StopToPlan> = fc
    .record({
      at: somewhere,
      opens: fc.option(fc.integer({ min: 0, max: 5 * HOUR_S })),
      lasts: fc.integer({ min: 300, max: 2 * HOUR_S }),
      serviceS: fc.integer({ min: 0, max: 300 }),
      parcels: fc.integer({ min: 0, max: 4 }),
      weightG: fc.integer({ min: 0, max: 9_000 }),
      fixedTo: vehicle,
      planned: vehicle,
      locks: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ opens, lasts, locks, ...known }) => ({
      ...known,
      fromS: opens,
      toS: opens === null ? null : opens + lasts,
      locked: known.fixedTo !== null && locks === 0,
    }));
  return fc.record({
    stops: fc.array(stop, { maxLength: 12 }),
    vehicles: fc.array(
      fc.record({
        start: fc.constant(DEPOT),
        end: fc.option(fc.constant(DEPOT)),
        departsS: fc.integer({ min: 0, max: HOUR_S }),
        backByS: fc.option(fc.integer({ min: 2 * HOUR_S, max: 8 * HOUR_S })),
        capacity: fc.record({
          parcels: fc.option(fc.integer({ min: 1, max: 12 })),
          weightG: fc.option(fc.integer({ min: 5_000, max: 40_000 })),
        }),
      }),
      { minLength: vehicles, maxLength: vehicles },
    ),
    swapS: fc.constant(600),
  });
});

const planned = (input: RoundsToPlan, iterations = 60) =>
  planRounds(input, straightTravel(input, 'van'), byIterations(iterations, 1));

describe('rounds', () => {
  it('visit each stop once or say why not, keep windows and capacity, and leave what is locked', () => {
    fc.assert(
      fc.property(rounds, (input) => {
        const plan = planned(input);
        const called = plan.rounds.flatMap(({ calls }) => calls.map(({ stop }) => stop));
        const all = [...called, ...plan.unmet.map(({ stop }) => stop)].sort((a, b) => a - b);
        expect(all).toEqual([...input.stops.keys()]);
        for (const [vehicle, { calls, backS, backLateS }] of plan.rounds.entries()) {
          const locked = [...input.stops.keys()].filter(
            (index) => input.stops[index]?.locked && input.stops[index]?.fixedTo === vehicle,
          );
          expect(calls.slice(0, locked.length).map(({ stop }) => stop)).toEqual(locked);
          const { capacity, departsS, backByS } = input.vehicles[vehicle] ?? {};
          const free = calls.slice(locked.length);
          let before = departsS ?? 0;
          for (const { stop, arrivesS, beginsS, leavesS, lateS } of calls) {
            const { fixedTo, fromS, serviceS } = input.stops[stop] as StopToPlan;
            expect(fixedTo === null || fixedTo === vehicle).toBe(true);
            expect(arrivesS).toBeGreaterThanOrEqual(before);
            expect(beginsS).toBeGreaterThanOrEqual(Math.max(arrivesS, fromS ?? 0));
            expect(leavesS).toBe(beginsS + serviceS);
            before = leavesS;
            if (free.some((call) => call.stop === stop)) expect(lateS).toBe(0);
          }
          if (free.length === 0) continue;
          expect(backLateS).toBe(0);
          expect(backS).toBeLessThanOrEqual(backByS ?? Number.POSITIVE_INFINITY);
          for (const kind of ['parcels', 'weightG'] as const) {
            const sum = calls.reduce(
              (total, { stop }) => total + (input.stops[stop]?.[kind] ?? 0),
              0,
            );
            const most = capacity?.[kind] ?? Number.POSITIVE_INFINITY;
            // Locked stops may already exceed the limit; then nothing that needs room is added.
            const added = free.some(({ stop }) => (input.stops[stop]?.[kind] ?? 0) > 0);
            if (added) expect(sum).toBeLessThanOrEqual(most);
          }
        }
      }),
      { numRuns: runs(600) },
    );
  });

  const stop = (east: number, more: Partial<StopToPlan> = {}): StopToPlan => ({
    at: { lat: DEPOT.lat, lng: DEPOT.lng + east / 1_000 },
    fromS: null,
    toS: null,
    serviceS: 60,
    parcels: 1,
    weightG: 0,
    fixedTo: null,
    planned: null,
    locked: false,
    ...more,
  });
  const van = {
    start: DEPOT,
    end: DEPOT,
    departsS: 0,
    backByS: null,
    capacity: { parcels: null, weightG: null },
  };
  const stopsOf = (plan: ReturnType<typeof planned>) =>
    plan.rounds.map(({ calls }) => calls.map(({ stop: index }) => index));

  it('take the shortest way', () => {
    const input = { stops: [30, 10, 20].map((east) => stop(east)), vehicles: [van], swapS: 0 };
    const [order] = stopsOf(planned(input));
    expect([
      [1, 2, 0],
      [0, 2, 1],
    ]).toContainEqual(order);
  });

  it.each([
    ['capacity', stop(5, { parcels: 99 })],
    ['window', stop(90, { toS: 60 })],
    ['shift_ends', stop(90, { serviceS: 4 * HOUR_S })],
  ])('say why a stop cannot be served: %s', (why, far) => {
    const small = { ...van, backByS: 3 * HOUR_S, capacity: { parcels: 5, weightG: null } };
    const plan = planned({ stops: [stop(5), far], vehicles: [small], swapS: 0 });
    expect(plan.unmet).toEqual([{ stop: 1, why }]);
    expect(stopsOf(plan)).toEqual([[0]]);
  });

  it('say that there is no room beside the others', () => {
    const small = { ...van, capacity: { parcels: 2, weightG: null } };
    const plan = planned({ stops: [5, 6, 7].map((at) => stop(at)), vehicles: [small], swapS: 0 });
    expect(plan.unmet).toMatchObject([{ why: 'no_room' }]);
  });

  it('change little when one stop is added', () => {
    const vehicles = [van, { ...van, start: { lat: 53.55, lng: 10.06 }, end: null }];
    const before = Array.from({ length: 14 }, (_, index) => stop(4 * index));
    const first = planned({ stops: before, vehicles, swapS: 0 }, 400);
    const on = new Map(
      stopsOf(first).flatMap((order, vehicle) => order.map((index) => [index, vehicle])),
    );
    const existing = before.map((each, index) => ({ ...each, planned: on.get(index) ?? null }));
    const again = planned({ stops: [...existing, stop(33)], vehicles, swapS: 900 }, 400);
    const moved = stopsOf(again).flatMap((order, vehicle) =>
      order.filter((index) => index < before.length && on.get(index) !== vehicle),
    );
    expect(again.unmet).toEqual([]);
    expect(moved.length).toBeLessThanOrEqual(2);
  });

  it('move stops between vehicles only for a gain, whatever comes in between', () => {
    const vehicles = [van, { ...van, start: { lat: 53.55, lng: 10.06 }, end: null }, van];
    const vehicle = fc.integer({ min: 0, max: 2 });
    const known = fc.record({ at: somewhere, on: vehicle });
    fc.assert(
      fc.property(
        fc.array(known, { minLength: 1, maxLength: 12 }),
        fc.array(somewhere, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 1_000 }),
        (existing, added, seed) => {
          const stops = [
            ...existing.map(({ at, on }) => stop(0, { at, planned: on })),
            ...added.map((at) => stop(0, { at })),
          ];
          // More than any detour is worth: then no stop moves, and room and time suffice for all.
          const input = { stops, vehicles, swapS: 10 * HOUR_S };
          const plan = planRounds(input, straightTravel(input, 'van'), byIterations(60, seed));
          expect(plan.unmet).toEqual([]);
          const on = new Map(
            stopsOf(plan).flatMap((order, index) => order.map((each) => [each, index] as const)),
          );
          expect(existing.map((_, index) => on.get(index))).toEqual(
            existing.map((each) => each.on),
          );
        },
      ),
      { numRuns: runs(100) },
    );
  });

  it('are empty for no stops', () => {
    const plan = planned({ stops: [], vehicles: [van], swapS: 0 });
    expect(plan).toMatchObject({ unmet: [], rounds: [{ calls: [], driveS: 0 }] });
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { WITHOUT_REST } from '../../gbdt/index.ts';
import { RoadModel } from '../road-model.ts';
import { cityOf } from '../test-city.ts';
import type { RoadFix } from '../under-way/under-way.ts';
import { backtestRides, type ListedRide, type RideBacktest } from './backtest-rides.ts';

const city = cityOf(10, 90, 3);
const train = city.rides.slice(0, 540);
const tested = city.rides.slice(540);
const training = { seed: 1, pause: WITHOUT_REST };
const walk = (rides: readonly ListedRide[], fixes: ReadonlyMap<string, readonly RoadFix[]>) =>
  backtestRides(new RoadModel(), train, rides, fixes, training);
const MINUTE_MS = 60_000;

let asItWas: RideBacktest;
beforeAll(() => {
  asItWas = walk(tested, city.fixes);
});

describe('nothing known only afterwards is used:', () => {
  // Noon of the third of four days.
  const cutMs = (tested[0]?.atMs ?? 0) - ((tested[0]?.atMs ?? 0) % 86_400_000) + 2.5 * 86_400_000;
  const isLater = (ride: ListedRide) => ride.atMs >= cutMs;

  it('the future may differ, and earlier predictions stay the same', () => {
    const otherwise = tested.map((ride, index) =>
      isLater(ride) || (ride.endMs ?? 0) >= cutMs
        ? { ...ride, endMs: (ride.endMs ?? 0) + (index % 7) * 10 * MINUTE_MS }
        : ride,
    );
    const fixes = new Map(
      [...city.fixes].map(([id, trail]) => [
        id,
        trail.map((fix) => (fix.atMs >= cutMs ? { ...fix, lat: fix.lat + 0.01 } : fix)),
      ]),
    );
    const other = walk(otherwise, fixes);
    const early = (one: RideBacktest) => one.departures.filter(({ ride }) => !isLater(ride));
    expect(early(asItWas).length).toBeGreaterThan(150);
    expect(early(other).map(({ predicted }) => predicted)).toEqual(
      early(asItWas).map(({ predicted }) => predicted),
    );
    // This shows that the test can fail: on the next day, the changed ride is used.
    const last = (one: RideBacktest) => one.departures.at(-1)?.predicted;
    expect(last(other)).not.toEqual(last(asItWas));
  });

  it('a drive’s own end and its later fixes do not change predictions en route', () => {
    const id = tested.at(-1)?.id ?? '';
    const trail = city.fixes.get(id) ?? [];
    const now = Math.floor(trail.length / 2);
    const fixes = new Map(city.fixes).set(
      id,
      trail.map((fix, index) =>
        index > now ? { ...fix, lat: fix.lat + 0.05, lng: fix.lng - 0.03 } : fix,
      ),
    );
    const otherwise = tested.map((ride) =>
      ride.id === id ? { ...ride, endMs: (ride.endMs ?? 0) + 20 * MINUTE_MS } : ride,
    );
    const other = walk(otherwise, fixes);
    const count = asItWas.moments.length;
    const before = count - (trail.length - 1) + now + 1;
    const predicted = (one: RideBacktest, from: number, to: number) =>
      one.moments.slice(from, to).map((moment) => moment.predicted);
    expect(predicted(other, 0, before)).toEqual(predicted(asItWas, 0, before));
    expect(predicted(other, before, count)).not.toEqual(predicted(asItWas, before, count));
    expect(other.departures.at(-1)?.predicted).toEqual(asItWas.departures.at(-1)?.predicted);
  });

  it('training drives that end after the first departure are left out', () => {
    const late = { ...(tested[0] as ListedRide), id: 'late', atMs: (tested[0]?.atMs ?? 0) - 1_000 };
    const found = backtestRides(new RoadModel(), [...train, late], tested, new Map(), training);
    // The last rides of the day before may still be under way.
    expect(found.tooLate).toBeGreaterThanOrEqual(1);
    expect(found.tooLate).toBeLessThan(10);
  });
});

it('unfinished drives are predicted but not judged', () => {
  const open = tested.map((ride, index) => (index % 2 === 0 ? { ...ride, endMs: null } : ride));
  const found = walk(open, city.fixes);
  expect(found.departures.length).toBe(tested.length);
  expect(found.moments.length).toBeLessThan(asItWas.moments.length);
});

it('learns about drives under way from those that have ended since, if the past had no fixes', () => {
  const fixes = new Map([...city.fixes].filter(([id]) => tested.some((ride) => ride.id === id)));
  const model = new RoadModel();
  backtestRides(model, train, tested, fixes, training);
  expect(model.known().underWay).not.toBeNull();
});

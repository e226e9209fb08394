import { expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { RoadModel } from '../road/road-model.ts';
import { learnedRoads } from '../road/roads.ts';
import { type EngineState, engineRoads } from './open-roads.ts';
import { answer, type EngineAnswer, type EngineDrive, type RoadEngine } from './road-engine.ts';

const A = { lat: 47.1, lng: 9.5 };
const B = { lat: 47.2, lng: 9.5 };
const C = { lat: 47.3, lng: 9.5 };
const departure = { courier: null, vehicle: 'van', atMs: 0 } as const;
const DOWN = { kind: 'failed', reason: 'timeout', detail: '' } as const;

function setUp(says: () => EngineAnswer<readonly (EngineDrive | null)[]>) {
  const clock = manualClock(1_000_000);
  const changes: EngineState[] = [];
  let calls = 0;
  const engine: RoadEngine = {
    async route() {
      calls += 1;
      return says();
    },
    async matrix() {
      calls += 1;
      const row = says();
      return row.kind === 'failed' ? row : answer([row.value]);
    },
  };
  const trips = new RoadModel();
  const otherwise = learnedRoads(() => trips);
  const roads = engineRoads({ engine, otherwise, clock, onChange: (to) => changes.push(to) });
  return { roads, clock, changes, otherwise, calls: () => calls };
}

it('returns the engine’s answer, once an hour for the same streets', async () => {
  const said = [
    { seconds: 600, metres: 12_000 },
    { seconds: 300, metres: 5_000 },
  ];
  const { roads, clock, calls } = setUp(() => answer(said));
  const drives = await roads.route([A, B, C], departure);
  expect(drives).toMatchObject([
    { p50Min: 10, distanceM: 12_000, by: 'engine' },
    { p50Min: 5, distanceM: 5_000, by: 'engine' },
  ]);
  for (const { p10Min, p50Min, p90Min } of drives) {
    expect(p10Min).toBeLessThan(p50Min);
    expect(p50Min).toBeLessThan(p90Min);
  }
  expect(await roads.route([B, C], departure)).toEqual(drives.slice(1));
  expect(calls()).toBe(1);
  clock.advance(3_700_000);
  await roads.route([A, B, C], departure);
  expect(calls()).toBe(2);
});

it('where the engine knows no road, uses the fallback, and does not query again', async () => {
  const { roads, otherwise, calls } = setUp(() => answer([{ seconds: 600, metres: 1 }, null]));
  const said = await roads.route([A, B, C], departure);
  expect(said.map(({ by }) => by)).toEqual(['engine', 'straight_line']);
  expect(said[1]).toEqual((await otherwise.route([B, C], departure))[0]);
  await roads.route([A, B, C], departure);
  expect(calls()).toBe(1);
  const rows = await roads.matrix([A], [B, C], departure);
  expect(rows.map((row) => row.map(({ by }) => by))).toEqual([['engine', 'straight_line']]);
});

it('skips a failing engine for half a minute, and reports it once', async () => {
  let says: EngineAnswer<readonly (EngineDrive | null)[]> = DOWN;
  const { roads, clock, changes, calls, otherwise } = setUp(() => says);
  expect(await roads.route([A, B], departure)).toEqual(await otherwise.route([A, B], departure));
  await roads.route([A, C], departure);
  await roads.matrix([A], [B], departure);
  expect(calls()).toBe(1);
  clock.advance(30_000);
  await roads.route([A, B], departure);
  expect(calls()).toBe(2);
  expect(changes).toEqual([{ state: 'out', reason: 'timeout', detail: '' }]);
  clock.advance(30_000);
  says = answer([{ seconds: 60, metres: 900 }]);
  expect(await roads.route([A, B], departure)).toMatchObject([{ by: 'engine' }]);
  expect(changes.at(-1)).toEqual({ state: 'back' });
});

it('before any trips, a bicycle takes longer than a van, by the straight line', async () => {
  const roads = learnedRoads(() => new RoadModel());
  const [van] = await roads.route([A, B], departure);
  const [bike] = await roads.route([A, B], { ...departure, vehicle: 'bike' });
  expect(van?.by).toBe('straight_line');
  expect(bike?.p50Min).toBeCloseTo(((van?.p50Min ?? 0) * 25) / 14, 6);
  // 11.1 km as the crow flies.
  expect(van?.distanceM).toBeGreaterThan(14_000);
  expect(van?.distanceM).toBeLessThan(15_000);
  const rows = await roads.matrix([A, B], [B, C, A], departure);
  expect(rows.map((row) => row.length)).toEqual([3, 3]);
  expect(rows[0]?.[0]).toEqual(van);
});

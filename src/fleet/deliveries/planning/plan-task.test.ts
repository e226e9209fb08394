import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createHttpClient } from '../../../platform/net/http-client.ts';
import { askVroom } from '../../../platform/net/vroom-server.ts';
import {
  byIterations,
  type PlannedRounds,
  planRounds,
  type RoundsToPlan,
  type StopToPlan,
  straightTravel,
} from '../../dispatch/index.ts';
import { planTask } from './plan-task.ts';

const DEPOT = { lat: 53.55, lng: 9.99 };
const stop = (east: number, more: Partial<StopToPlan> = {}): StopToPlan => ({
  at: { lat: DEPOT.lat, lng: DEPOT.lng + east },
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
  backByS: 36_000,
  capacity: { parcels: 2, weightG: null },
};
/**
 * Two vans; the second stop must be on the second one; the third stop's window ends before any van
 * can be there.
 */
const ROUNDS: RoundsToPlan = {
  stops: [
    stop(0.01, { fromS: 600, toS: 7_200 }),
    stop(0.02, { fixedTo: 1 }),
    stop(0.5, { toS: 1 }),
  ],
  vehicles: [van, van],
  swapS: 600,
};
const budget = () => byIterations(100, 1);
const own = () => planRounds(ROUNDS, straightTravel(ROUNDS, 'van'), budget());

/** Serves an answer in the form of VROOM's API documentation, and records the requests received. */
async function serve(answer: (problem: VroomRequest) => unknown) {
  const requests: { path: string; problem: VroomRequest }[] = [];
  const server = createServer(async (request, response) => {
    const problem = (await json(request)) as VroomRequest;
    requests.push({ path: `${request.method} ${request.url}`, problem });
    const reply = await answer(problem);
    response.end(typeof reply === 'string' ? reply : JSON.stringify(reply));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = createHttpClient();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    requests,
    plan: (rounds = ROUNDS, timeoutMs = 60_000) =>
      planTask({ rounds, by: 'van', travelS: null }, budget, (problem) =>
        askVroom(http, { url, timeoutMs }, problem),
      ),
    close() {
      http.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

interface VroomRequest {
  readonly vehicles: readonly unknown[];
  readonly jobs: readonly unknown[];
  readonly matrices: { readonly car: { readonly durations: readonly (readonly number[])[] } };
}

const orders = (...routes: [vehicle: number, ids: readonly number[]][]) => ({
  code: 0,
  unassigned: [],
  routes: routes.map(([vehicle, ids]) => ({
    vehicle,
    steps: [{ type: 'start' }, ...ids.map((id) => ({ type: 'job', id })), { type: 'end' }],
  })),
});

it('sends VROOM a problem in its own format, and uses the order in the answer', async () => {
  const vroom = await serve(() => orders([2, [2, 1]]));
  const done = await vroom.plan();
  vroom.close();
  const [{ path, problem } = { path: '', problem: null }] = vroom.requests;
  expect(path).toBe('POST /');
  const window = [0, 1_000_000_000];
  const unlimited = 2_000_000_000;
  expect(problem).toEqual({
    jobs: [
      {
        id: 1,
        location_index: 0,
        service: 60,
        delivery: [1, 0],
        time_windows: [[600, 7_200]],
      },
      {
        id: 2,
        location_index: 1,
        service: 60,
        delivery: [1, 0],
        skills: [2],
        time_windows: [window],
      },
      {
        id: 3,
        location_index: 2,
        service: 60,
        delivery: [1, 0],
        time_windows: [[0, 1]],
      },
    ],
    vehicles: [1, 2].map((id) => ({
      id,
      start_index: 2 + id,
      end_index: 4 + id,
      capacity: [2, unlimited],
      time_window: [0, 36_000],
      skills: [id],
    })),
    matrices: { car: { durations: expect.any(Array) } },
  });
  const { durations } = problem?.matrices.car ?? { durations: [] };
  expect(durations.map((row) => row.length)).toEqual(new Array(7).fill(7));
  expect(durations[3]?.[0]).toBeGreaterThan(0);
  expect(done).toMatchObject({ solver: 'vroom', warning: null });
  expect(done.plan.rounds.map(({ calls }) => calls.map((call) => call.stop))).toEqual([[], [1, 0]]);
  expect(done.plan.unmet).toEqual([{ stop: 2, why: 'window' }]);
});

it.each<[string, unknown, string]>([
  ['answers something else', '<html>', 'it answers 200, and no JSON'],
  ['answers in another form', { code: 0 }, 'the answer is not of its documented form'],
  ['names a stop twice', orders([1, [1]], [2, [2, 1]]), 'stop 1 on vehicle 2 occurs twice'],
  ['names one nobody sent', orders([1, [9]]), 'stop 9 on vehicle 1 does not exist'],
  ['names another vehicle', orders([3, [1]]), 'there is no vehicle 3'],
  ['forgets whose a stop is', orders([1, [2]]), 'stop 2 on vehicle 1 must be on another vehicle'],
  ['misses a window', orders([1, [3]]), 'stop 3 on vehicle 1 is reached too late'],
])('plans with its own search, and reports why, when VROOM %s', async (_, answer, why) => {
  const vroom = await serve(() => answer);
  const done = await vroom.plan();
  vroom.close();
  const warning = `VROOM was not used: ${why}.`;
  expect(done).toEqual({ plan: own(), solver: 'own', warning, vroomReason: null, isAway: false });
});

it('passes VROOM’s own reason for a refusal to the operator', async () => {
  const vroom = await serve(() => ({ code: 2, error: 'Cannot open /etc/osrm.' }));
  const { warning, vroomReason } = await vroom.plan();
  vroom.close();
  expect(warning).toBe('VROOM was not used: it refuses with code 2.');
  expect(vroomReason).toBe('Cannot open /etc/osrm.');
});

it('gives as the reason that a vehicle’s day is over before it begins', async () => {
  const vroom = await serve(() => orders());
  const backwards = { ...ROUNDS, vehicles: [van, { ...van, departsS: 7_200, backByS: 3_600 }] };
  expect((await vroom.plan(backwards)).warning).toContain('due back before it departs');
  vroom.close();
  expect(vroom.requests).toEqual([]);
});

it('plans with its own search when VROOM overloads a vehicle, is late or does not answer', async () => {
  const heavy = { ...ROUNDS, stops: [stop(0.01, { parcels: 3 }), stop(0.02)] };
  const overloads = await serve(() => orders([1, [1]]));
  expect((await overloads.plan(heavy)).warning).toContain('is more than it carries');
  const late = { ...ROUNDS, vehicles: [{ ...van, backByS: 90 }, van] };
  expect((await overloads.plan(late)).warning).toContain('vehicle 1 is back too late');
  overloads.close();
  const silent = await serve(() => new Promise(() => {}));
  const hung = await silent.plan(ROUNDS, 200);
  expect(hung.warning).toContain('it does not answer in time');
  silent.close();
  const gone = await silent.plan();
  expect(gone.warning).toContain('it is not reached');
  expect([hung.isAway, gone.isAway]).toEqual([true, true]);
});

it('does not call VROOM when stops prefer a vehicle, or there is nothing to order', async () => {
  const vroom = await serve(() => orders());
  const prefers = { ...ROUNDS, stops: [stop(0.01, { planned: 0 }), stop(0.02)] };
  expect((await vroom.plan(prefers)).warning).toContain('a stop that prefers a vehicle');
  const locked = { ...ROUNDS, stops: [stop(0.01, { fixedTo: 0, locked: true })] };
  expect(await vroom.plan(locked)).toMatchObject({ solver: 'own', warning: null });
  vroom.close();
  expect(vroom.requests).toEqual([]);
});

/** The engine itself, without its HTTP wrapper, which does no more than this. */
const ENGINE = process.env['VROOM_PATH'] ?? 'vroom';
const isThere = spawnSync(ENGINE, ['--help'], { encoding: 'utf8' }).stdout?.includes('VROOM');
if (!isThere) {
  process.stderr.write('SKIPPED: VROOM itself; no vroom on the PATH, and no VROOM_PATH\n');
}

it.skipIf(!isThere)(
  'plans with the engine itself',
  async () => {
    const vroom = await serve(async (problem) => {
      const engine = spawn(ENGINE, [], { stdio: ['pipe', 'pipe', 'ignore'] });
      engine.stdin.end(JSON.stringify(problem));
      return text(engine.stdout);
    });
    const done = await vroom.plan();
    expect(done).toMatchObject({ solver: 'vroom', warning: null });
    // The order may differ: the drive time and the omitted stops are the same.
    const driveS = ({ rounds }: PlannedRounds) =>
      rounds.reduce((sum, each) => sum + each.driveS, 0);
    expect(driveS(done.plan)).toBe(driveS(own()));
    expect(done.plan.unmet).toEqual(own().unmet);
    const many = Array.from({ length: 60 }, (_, index) =>
      stop(((index * 37) % 60) / 1_000, {
        fromS: (index % 6) * 1_800,
        toS: (index % 6) * 1_800 + 7_200,
      }),
    );
    const big = { capacity: { parcels: 40, weightG: null } };
    const day = {
      ...ROUNDS,
      stops: many,
      vehicles: [
        { ...van, ...big },
        { ...van, ...big },
      ],
    };
    const planned = await vroom.plan(day);
    vroom.close();
    expect(planned).toMatchObject({ solver: 'vroom', warning: null, plan: { unmet: [] } });
  },
  120_000,
);

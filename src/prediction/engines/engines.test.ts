import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../platform/net/http-client.ts';
import {
  type RecordedAnswer,
  type RecordedServer,
  recordedServer,
} from '../../platform/net/test-recorded-server.ts';
import { graphhopperEngine } from './graphhopper.ts';
import { osrmEngine } from './open-roads.ts';
import type { RoadEngine } from './road-engine.ts';
import { valhallaEngine } from './valhalla.ts';

const VADUZ = { lat: 47.141, lng: 9.5215 };
const SCHAAN = { lat: 47.166, lng: 9.51 };
const BENDERN = { lat: 47.212, lng: 9.523 };
const FAR = { lat: 48.166, lng: 12.51 };

/** The engines' own answers, reduced to what matters; Valhalla's were recorded with 3.9.1. */
const OSRM = {
  route: {
    code: 'Ok',
    routes: [
      {
        legs: [
          { steps: [], weight: 271.3, duration: 264.5, distance: 3201.7, summary: '' },
          { steps: [], weight: 498, duration: 491.2, distance: 7460.1, summary: '' },
        ],
        weight_name: 'routability',
        duration: 755.7,
        distance: 10661.8,
      },
    ],
    waypoints: [],
  },
  table: { code: 'Ok', durations: [[264.5, null]], distances: [[3201.7, null]] },
  noRoute: { code: 'NoRoute', message: 'Impossible route between points' },
};
const VALHALLA = {
  route: {
    trip: {
      legs: [
        { summary: { has_toll: false, time: 249.187, length: 3.188 }, shape: 'mjg|x' },
        { summary: { has_toll: false, time: 486.803, length: 7.446 }, shape: 'eax}x' },
      ],
      summary: { time: 735.991, length: 10.634 },
      status: 0,
      units: 'kilometers',
    },
  },
  table: {
    sources_to_targets: [
      [
        { from_index: 0, to_index: 0, time: 249, distance: 3.188 },
        { from_index: 0, to_index: 1, time: null, distance: null },
      ],
    ],
    units: 'kilometers',
  },
  noRoute: { error_code: 171, error: 'No suitable edges near location', status_code: 400 },
};
const GRAPHHOPPER = {
  route: {
    hints: { 'visited_nodes.sum': 83 },
    info: { copyrights: ['GraphHopper', 'OpenStreetMap contributors'], took: 2 },
    paths: [{ distance: 3196.482, weight: 258.1, time: 258_113, transfers: 0 }],
  },
  noRoute: {
    message: 'Connection between locations not found',
    hints: [{ details: 'com.graphhopper.util.exceptions.ConnectionNotFoundException' }],
  },
};

const open: RecordedServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const http = createHttpClient();
async function asking(
  make: (at: Parameters<typeof osrmEngine>[0]) => RoadEngine,
  answerTo: (path: string, body: string) => RecordedAnswer | null,
  timeoutMs = 5_000,
) {
  const server = await recordedServer(answerTo);
  open.push(server);
  return { engine: make({ http, url: server.url, timeoutMs }), requests: server.requests };
}

const noRoute = (body: unknown) => ({ status: 400, body });

describe('OSRM', () => {
  it('gets a route in one request, longitude first', async () => {
    const { engine, requests } = await asking(osrmEngine, () => ({ body: OSRM.route }));
    expect(await engine.route([VADUZ, SCHAAN, BENDERN], 'van')).toEqual({
      kind: 'answer',
      value: [
        { seconds: 264.5, metres: 3202 },
        { seconds: 491.2, metres: 7460 },
      ],
    });
    expect(requests).toEqual([
      'GET /route/v1/driving/9.521500,47.141000;9.510000,47.166000;9.523000,47.212000?overview=false&steps=false',
    ]);
  });

  it('gets a matrix by sources and destinations; null is not a road', async () => {
    const { engine, requests } = await asking(osrmEngine, () => ({ body: OSRM.table }));
    expect(await engine.matrix([VADUZ], [SCHAAN, FAR], 'bike')).toEqual({
      kind: 'answer',
      value: [[{ seconds: 264.5, metres: 3202 }, null]],
    });
    expect(requests[0]).toMatch(
      /^GET \/table\/v1\/bike\/[^?]+\?sources=0&destinations=1;2&annotations=duration,distance$/,
    );
  });

  it('still returns the other legs of a route with an unreachable place', async () => {
    const { engine } = await asking(osrmEngine, (path) => {
      if (path.includes('12.51')) return noRoute(OSRM.noRoute);
      const legs = OSRM.route.routes[0]?.legs.slice(0, path.split(';').length - 1) ?? [];
      return { body: { code: 'Ok', routes: [{ legs }] } };
    });
    expect(await engine.route([VADUZ, SCHAAN, FAR, VADUZ, SCHAAN], 'car')).toEqual({
      kind: 'answer',
      value: [{ seconds: 264.5, metres: 3202 }, null, null, { seconds: 264.5, metres: 3202 }],
    });
  });
});

describe('Valhalla', () => {
  it('gets a route with the costing of the vehicle; kilometres become metres', async () => {
    const { engine, requests } = await asking(valhallaEngine, () => ({ body: VALHALLA.route }));
    expect(await engine.route([VADUZ, SCHAAN, BENDERN], 'scooter')).toEqual({
      kind: 'answer',
      value: [
        { seconds: 249.187, metres: 3188 },
        { seconds: 486.803, metres: 7446 },
      ],
    });
    expect(JSON.parse(requests[0]?.replace('POST /route ', '') ?? '')).toEqual({
      locations: [VADUZ, SCHAAN, BENDERN].map(({ lat, lng }) => ({ lat, lon: lng })),
      costing: 'motor_scooter',
      directions_type: 'none',
    });
  });

  it('with more places than its limit, is queried in parts', async () => {
    const { engine, requests } = await asking(valhallaEngine, (_, body) => {
      const { locations } = JSON.parse(body) as { locations: unknown[] };
      const legs = locations.slice(1).map(() => ({ summary: { time: 60, length: 1 } }));
      return { body: { trip: { legs } } };
    });
    const said = await engine.route(new Array(45).fill(VADUZ), 'car');
    expect(said.kind === 'answer' && said.value.length).toBe(44);
    expect(requests.map((each) => each.split('"lat"').length - 1)).toEqual([20, 20, 7]);
  });

  it('gets a matrix; unknown streets give no answer', async () => {
    const { engine } = await asking(valhallaEngine, () => ({ body: VALHALLA.table }));
    expect(await engine.matrix([VADUZ], [SCHAAN, FAR], 'van')).toEqual({
      kind: 'answer',
      value: [[{ seconds: 249, metres: 3188 }, null]],
    });
    const nowhere = await asking(valhallaEngine, () => noRoute(VALHALLA.noRoute));
    expect(await nowhere.engine.route([VADUZ, FAR], 'van')).toEqual({
      kind: 'answer',
      value: [null],
    });
    expect(await nowhere.engine.matrix([VADUZ], [FAR], 'van')).toEqual({
      kind: 'answer',
      value: [[null]],
    });
  });
});

describe('GraphHopper', () => {
  it('is queried pair by pair, as the open edition has no matrix; milliseconds become seconds', async () => {
    const { engine, requests } = await asking(graphhopperEngine, (path) =>
      path.includes('12.51') ? noRoute(GRAPHHOPPER.noRoute) : { body: GRAPHHOPPER.route },
    );
    const drive = { seconds: 258.113, metres: 3196 };
    expect(await engine.matrix([VADUZ, SCHAAN], [BENDERN, FAR], 'van')).toEqual({
      kind: 'answer',
      value: [
        [drive, null],
        [drive, null],
      ],
    });
    expect(await engine.route([VADUZ, SCHAAN, BENDERN], 'foot')).toEqual({
      kind: 'answer',
      value: [drive, drive],
    });
    expect(requests).toHaveLength(6);
    expect(requests.at(-1)).toMatch(
      /^GET \/route\?point=47\.\d+,9\.\d+&point=47\.\d+,9\.\d+&profile=foot&calc_points=false&instructions=false$/,
    );
  });

  it('is not queried for too many pairs', async () => {
    const { engine, requests } = await asking(graphhopperEngine, () => ({
      body: GRAPHHOPPER.route,
    }));
    const places = new Array(21).fill(VADUZ);
    expect(await engine.matrix(places, places, 'van')).toMatchObject({
      kind: 'failed',
      reason: 'too_large',
    });
    expect(requests).toEqual([]);
  });
});

describe.each([
  ['OSRM', osrmEngine],
  ['Valhalla', valhallaEngine],
  ['GraphHopper', graphhopperEngine],
])('%s', (_, make) => {
  it.each([
    ['is busy', { status: 503, body: 'try later' }, 'refused'],
    ['asks for a key', { status: 401, body: { message: 'Wrong credentials' } }, 'refused'],
    ['is something else', { body: '<html>' }, 'unreadable'],
    ['speaks of other members', { body: { routes: [], trip: {}, paths: [] } }, 'unreadable'],
    ['sends us elsewhere', { status: 302, body: '' }, 'refused'],
  ] as const)('that %s fails, and does not throw', async (__, said, reason) => {
    const { engine } = await asking(make, () => said);
    expect(await engine.route([VADUZ, SCHAAN], 'van')).toMatchObject({ kind: 'failed', reason });
    expect(await engine.matrix([VADUZ], [SCHAAN], 'van')).toMatchObject({ kind: 'failed', reason });
  });

  it('that does not answer in time fails, and so does one that is down', async () => {
    const slow = await asking(make, () => null, 50);
    expect(await slow.engine.route([VADUZ, SCHAAN], 'van')).toMatchObject({ reason: 'timeout' });
    const away = make({ http, url: 'http://127.0.0.1:1', timeoutMs: 5_000 });
    expect(await away.matrix([VADUZ], [SCHAAN], 'van')).toMatchObject({ reason: 'network' });
  });

  it('is not queried without places', async () => {
    const { engine, requests } = await asking(make, () => ({ body: {} }));
    expect(await engine.route([VADUZ], 'van')).toEqual({ kind: 'answer', value: [] });
    expect(await engine.matrix([VADUZ], [], 'van')).toEqual({ kind: 'answer', value: [[]] });
    expect(requests).toEqual([]);
  });
});

import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etaDrive } from '../../src/fleet/cli/eta-drive.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createHttpClient } from '../../src/platform/net/http-client.ts';
import { openRoads, RoadModel } from '../../src/prediction/index.ts';
import { type Engine, startEngine, whyNoEngine } from '../support/engines.ts';

const OSM_FILE = path.resolve(
  process.env['WAYBILL_SHARED'] ?? '../shared',
  'data/osm/liechtenstein.osm.pbf',
);
const VADUZ = { lat: 47.141, lng: 9.5215 };
const SCHAAN = { lat: 47.166, lng: 9.51 };
const BENDERN = { lat: 47.212, lng: 9.523 };
const MUNICH = { lat: 48.137, lng: 11.575 };
const departure = { courier: null, vehicle: 'van', atMs: Date.UTC(2026, 10, 23, 9) } as const;

for (const name of ['valhalla', 'graphhopper'] as const) {
  const missing = existsSync(OSM_FILE) ? whyNoEngine(name, name) : 'no streets to route on';
  if (missing !== null) process.stderr.write(`SKIPPED: drives by ${name}: ${missing}\n`);

  describe.skipIf(missing !== null)(`drives by ${name}`, () => {
    let engine: Engine;
    const http = createHttpClient();
    beforeAll(() => {
      engine = startEngine(name, { OSM_FILE });
    });
    afterAll(() => {
      engine?.stop();
      http.close();
    });

    const open = () =>
      openRoads(
        { engine: name, url: engine.urls['http'] ?? '', timeoutMs: 20_000 },
        { trips: () => new RoadModel(), http, clock: systemClock, onChange: () => {} },
      );

    it('give street distances, for single routes and in a matrix', async () => {
      const roads = open();
      const [first, second] = await roads.route([VADUZ, SCHAAN, BENDERN], departure);
      expect(first).toMatchObject({ by: 'engine' });
      expect(first?.distanceM).toBeGreaterThan(2_900);
      expect(first?.distanceM).toBeLessThan(5_000);
      expect(first?.p50Min).toBeGreaterThan(2);
      expect(first?.p50Min).toBeLessThan(10);
      const [row] = await roads.matrix([VADUZ], [SCHAAN, BENDERN], departure);
      expect(row?.map(({ by }) => by)).toEqual(['engine', 'engine']);
      expect(row?.[0]?.p50Min).toBeCloseTo(first?.p50Min ?? 0, 0);
      expect(row?.[1]?.p50Min).toBeLessThan((first?.p50Min ?? 0) + (second?.p50Min ?? 0) + 1);
    });

    it('beyond their streets use the straight line, the others the engine', async () => {
      const drives = await open().route([VADUZ, SCHAAN, MUNICH, VADUZ, SCHAAN], departure);
      expect(drives.map(({ by }) => by)).toEqual([
        ...['engine', 'straight_line', 'straight_line', 'engine'],
      ]);
    });

    it('are printed by `waybill eta drive`', async () => {
      const lines: string[] = [];
      const args = {
        from: '47.141,9.5215',
        to: '47.166, 9.51',
        vehicle: 'car',
        json: true,
      } as const;
      const env = { ROADS_ENGINE: name, ROADS_URL: engine.urls['http'], ROADS_TIMEOUT_MS: '20000' };
      const write = (line: string) => void lines.push(line);
      expect(await etaDrive(args, env, write, write)).toBe(0);
      expect(JSON.parse(lines.join(''))).toMatchObject({ by: 'engine' });
    });
  });
}

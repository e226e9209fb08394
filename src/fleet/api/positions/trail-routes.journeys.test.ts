import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { makeAhead, startPartitions } from '../../../platform/partitions/keep-partitions.ts';
import { partitionsOf } from '../../../platform/partitions/partitions.sql.ts';
import {
  createTrailArchiver,
  POSITIONS_TABLE,
  STRETCHES_TABLE,
  takePositions,
} from '../../positions/index.ts';
import { readTrail } from '../../positions/trails/stored-positions.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
beforeEach(async () => {
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
  await ada.call('POST', '/driver/shift', { shift: 'on' });
});
afterAll(() => hub.close());

const DAY_MS = 86_400_000;
const at = (secondsAgo: number, eastM: number, more: object = {}) => ({
  ts: new Date(hub.clock.nowMs() - secondsAgo * 1_000).toISOString(),
  lat: 0,
  lng: eastM / 111_195,
  ...more,
});

async function send(positions: readonly object[]): Promise<void> {
  expect((await ada.call('POST', '/driver/positions', positions)).status).toBe(202);
  await hub.positions.flush();
}

interface Feature {
  readonly geometry: { readonly type: string; readonly coordinates: number[][] } | null;
  readonly properties: {
    readonly times: string[];
    readonly doubted: readonly { readonly why: string }[];
  };
}

async function trail(query = ''): Promise<Feature> {
  const answer = await call('GET', `/couriers/${ada.id}/trail${query}`);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as Feature;
}

/** Runs the job once. */
async function runPartitions(positionsAtOnce?: number): Promise<void> {
  const ofStretches = createTrailArchiver(hub.db, undefined, positionsAtOnce);
  const ofRows = createTrailArchiver(hub.db, takePositions, positionsAtOnce);
  const tables = [
    { ...STRETCHES_TABLE, retentionMs: DAY_MS, archiver: ofStretches },
    { ...POSITIONS_TABLE, retentionMs: DAY_MS, archiver: ofRows },
  ];
  const { owner } = hub.db;
  const loop = startPartitions({ owner, tables, clock: hub.clock, log: SILENT });
  await loop.idle();
  await loop.stop();
}
const SILENT = {
  info() {},
  warn(_: unknown, text: string) {
    throw new Error(text);
  },
} as never;

/** Counts the stored stretches and the rows of the journal. */
async function storedRows(): Promise<number> {
  const { rows } = await hub.db.pipeline.query<{ many: number }>(
    `select (select count(*) from courier_stretches) + (select count(*) from courier_position_journal)
       as many`,
  );
  return Number(rows[0]?.many);
}

/** A ride of ten minutes east, a fix every 5 s, with a jump and an inexact one in between. */
const RIDE = () => [
  ...Array.from({ length: 60 }, (_, index) => at(600 - index * 5, index * 50)),
  at(298, 90_000),
  at(297, 60 * 50, { accuracy_m: 900 }),
  ...Array.from({ length: 59 }, (_, index) => at(295 - index * 5, (60 + index) * 50)),
];

it('a trail has shape and time, and lists doubtful points', async () => {
  const ride = RIDE();
  await send(ride);
  const { geometry, properties } = await trail();
  expect(geometry?.type).toBe('LineString');
  // A straight, even ride is its two ends.
  expect(properties.times.length).toBeLessThan(6);
  expect([properties.times[0], properties.times.at(-1)]).toEqual([ride[0]?.ts, ride.at(-1)?.ts]);
  expect(properties.doubted.map(({ why }) => why).sort()).toEqual(['inaccurate', 'jump']);
  const [, end] = [geometry?.coordinates[0], geometry?.coordinates.at(-1)];
  expect(end?.[0]).toBeCloseTo((118 * 50) / 111_195, 5);
});

it('is the same after its day was simplified, including late and repeated positions', async () => {
  const ride = RIDE();
  await send(ride);
  await send(ride.slice(0, 5));
  const before = await trail();
  const span = `?from=${at(700, 0).ts}&to=${at(0, 0).ts}`;
  hub.clock.advance(3 * DAY_MS);
  await runPartitions();
  const after = await trail(span);
  expect(after.properties.times).toEqual(before.properties.times);
  expect(after.properties.doubted).toEqual(before.properties.doubted);
  expect(await storedRows()).toBe(0);
  // A day later a phone sends one more, off the line: its day's partition is rebuilt.
  const late = { ...at((3 * DAY_MS) / 1_000 + 302, 0), lat: 0.01 };
  await send([late]);
  expect((await trail(span)).properties.times).toContain(late.ts);
  await runPartitions();
  const whole = await trail(span);
  expect(whole.properties.times).toContain(late.ts);
  expect(whole.properties.times.length).toBe(after.properties.times.length + 1);
});

it('keeps one doubtful point a minute, simplified or not', async () => {
  const doubted = Array.from({ length: 300 }, (_, index) =>
    at(600 - index, 0, { accuracy_m: 500 }),
  );
  await send(doubted);
  const before = await trail();
  expect(before.properties.doubted.length).toBeGreaterThanOrEqual(5);
  expect(before.properties.doubted.length).toBeLessThanOrEqual(6);
  const span = `?from=${at(700, 0).ts}&to=${at(0, 0).ts}`;
  hub.clock.advance(3 * DAY_MS);
  await runPartitions();
  expect((await trail(span)).properties.doubted).toEqual(before.properties.doubted);
  const { rows } = await hub.db.pipeline.query(
    'select points from courier_trails where courier_id = $1',
    [uuidOf(ada.id)],
  );
  expect(rows).toEqual([{ points: before.properties.doubted.length }]);
});

it('of a day with too many positions for one run is simplified piece by piece', async () => {
  const ride = RIDE();
  for (let from = 0; from < ride.length; from += 25) await send(ride.slice(from, from + 25));
  const span = `?from=${at(700, 0).ts}&to=${at(0, 0).ts}`;
  hub.clock.advance(3 * DAY_MS);
  await runPartitions(50);
  const { properties } = await trail(span);
  expect([properties.times[0], properties.times.at(-1)]).toEqual([ride[0]?.ts, ride.at(-1)?.ts]);
  expect(properties.times.length).toBeLessThan(12);
  expect(properties.doubted).toHaveLength(2);
  expect(await storedRows()).toBe(0);
});

it('ends early when it would be too long, and says so', async () => {
  const zigzag = Array.from({ length: 60 }, (_, index) => ({
    ...at(600 - index * 9, index * 20),
    lat: (index % 2) * 0.001,
  }));
  await send(zigzag);
  const span = { fromMs: hub.clock.nowMs() - 700_000, toMs: hub.clock.nowMs() };
  const { tenant } = await hub.newKey();
  const read = (pointsMax?: number) =>
    readTrail(hub.db, tenant, uuidOf(ada.id), {
      ...span,
      ...(pointsMax === undefined ? {} : { pointsMax }),
    });
  const whole = await read();
  expect([whole.isWhole, whole.points.length]).toEqual([true, 60]);
  const early = await read(20);
  expect([early.isWhole, early.points]).toEqual([false, whole.points.slice(0, 20)]);
});

it('shows a day that is being simplified during the read', async () => {
  await send(RIDE());
  const { tenant } = await hub.newKey();
  const span = { fromMs: hub.clock.nowMs() - 700_000, toMs: hub.clock.nowMs() };
  const before = await readTrail(hub.db, tenant, uuidOf(ada.id), span);
  hub.clock.advance(3 * DAY_MS);
  let isSimplified = false;
  const pipeline = new Proxy(hub.db.pipeline, {
    get(pool, name) {
      if (name !== 'query') return Reflect.get(pool, name, pool) as unknown;
      return async (...query: [string]) => {
        if (!isSimplified) {
          isSimplified = true;
          await runPartitions();
        }
        return pool.query(...query);
      };
    },
  });
  const trail = await readTrail({ app: hub.db.app, pipeline }, tenant, uuidOf(ada.id), span);
  expect(trail.points.length).toBeGreaterThan(1);
  expect(trail).toEqual(before);
});

it('has partitions two days ahead, and none for simplified days', async () => {
  await runPartitions();
  const days = (await partitionsOf(hub.db.owner, 'courier_stretches')).map(({ name }) => name);
  const today = hub.clock.nowMs();
  const named = (ms: number) =>
    `courier_stretches_${new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')}`;
  expect(days).toEqual(
    expect.arrayContaining([0, 1, 2].map((index) => named(today + index * DAY_MS))),
  );
  hub.clock.advance(4 * DAY_MS);
  await makeAhead(hub.db.owner, STRETCHES_TABLE, hub.clock.nowMs());
  await runPartitions();
  const later = await partitionsOf(hub.db.owner, 'courier_stretches');
  expect(later.every(({ toMs }) => toMs > hub.clock.nowMs() - DAY_MS)).toBe(true);
});

it('of an erased courier is deleted everywhere, simplified or not', async () => {
  await send(RIDE());
  hub.clock.advance(3 * DAY_MS);
  await runPartitions();
  await send(RIDE());
  const rows = async (table: string) =>
    (await hub.db.pipeline.query(`select from ${table} where courier_id = $1`, [uuidOf(ada.id)]))
      .rowCount;
  expect(await rows('courier_trails')).toBeGreaterThan(0);
  expect(await rows('courier_stretches')).toBeGreaterThan(0);
  expect((await call('DELETE', `/couriers/${ada.id}`)).status).toBe(204);
  expect([await rows('courier_trails'), await rows('courier_stretches')]).toEqual([0, 0]);
  expect((await call('GET', `/couriers/${ada.id}/trail`)).status).toBe(404);
});

it('is also available as GPX, and for a month at most', async () => {
  await send([at(20, 0), at(10, 100)]);
  const gpx = await call('GET', `/couriers/${ada.id}/trail?format=gpx`);
  expect(gpx.headers.get('content-type')).toBe('application/gpx+xml');
  expect(gpx.text.match(/<trkpt lat="0" lon="[\d.e-]+"><time>/g)).toHaveLength(2);
  const long = await call('GET', `/couriers/${ada.id}/trail?from=2026-01-01T00:00:00Z`);
  expect(long.status).toBe(422);
  const none = await trail('?from=2026-02-01T00:00:00Z&to=2026-02-02T00:00:00Z');
  expect(none.geometry).toBeNull();
});

const uuidOf = (wire: string) => wire.slice(4).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

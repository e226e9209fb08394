import { cpus, loadavg } from 'node:os';
import pg from 'pg';
import { createTrailArchiver, STRETCHES_TABLE } from '../../src/fleet/positions/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database/database.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { startPartitions } from '../../src/platform/partitions/keep-partitions.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { type ProcessorTime, processorTime } from '../figures/processor-time.ts';
import { isShort, median, report, say } from '../figures/report.ts';
import { startBaseline } from '../load/baseline-process.ts';
import { type LoadResult, load } from '../load/http-load.ts';
import { courierDay, DAY_FIXES } from './courier-day.ts';

/**
 * Measures positions of couriers on shift through `POST /positions`, accepted by the hub, which
 * judges each and writes all of them into trails, and by a bare server that parses them and stores
 * the newest (`baselines/position-server.ts`), in turns. Then one position in each request; then
 * the latency at a steady 60,000 a second; then a day of a few couriers, for its size.
 */
const COURIERS = isShort() ? 2_000 : 100_000;
const BATCH = 50;
const CONNECTIONS = 16;
const SINGLE_CONNECTIONS = 64;
const ROUNDS = isShort() ? 2 : 6;
const ROUND_MS = isShort() ? 1_500 : 5_000;
const STEADY_PER_S = 60_000;
const STEADY_MS = isShort() ? 2_000 : 20_000;
const DAY_COURIERS = isShort() ? 3 : 40;
const DAY_MS = 86_400_000;
/** A time of the same length as every time that is inserted into a request. */
const TS = '2026-03-10T12:00:00.000Z';

const data = newDataFolder();
const loadBefore = loadavg().map((each) => Math.round(each * 100) / 100);
const hub = await startHub(data, { WAYBILL_ROLES: 'api', WAYBILL_SANDBOX: 'off' });
const baseline = await startBaseline('position-server.ts', {});
const databaseUrl = urlOfRunningServer(data) ?? '';
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
try {
  const couriers = await addCouriers();
  const batches = templatesOf(couriers, BATCH);
  const singles = templatesOf(couriers.slice(0, 20_000), 1);
  await run(hub.url, batches, CONNECTIONS, ROUND_MS);
  await run(baseline.url, batches, CONNECTIONS, ROUND_MS / 2);
  const turns = await inTurns(batches, CONNECTIONS);
  const one = await inTurns(singles, SINGLE_CONNECTIONS);
  const steady = await run(hub.url, batches, CONNECTIONS, STEADY_MS, STEADY_PER_S / BATCH);
  const written = await allWritten();
  const stored = await storedDay(couriers);
  report({
    bench: 'positions',
    value: Math.round(BATCH * median(turns.ours.map(({ perS }) => perS))),
    unit: 'positions/s',
    baseline: Math.round(BATCH * median(turns.bare.map(({ perS }) => perS))),
    p50_ms: median(turns.ours.map(({ p50Ms }) => p50Ms)),
    p99_ms: median(turns.ours.map(({ p99Ms }) => p99Ms)),
    conditions: {
      couriers: COURIERS,
      batch: BATCH,
      connections: CONNECTIONS,
      rounds: ROUNDS,
      round_s: ROUND_MS / 1_000,
      trails_written: true,
      rows_written: written.rows,
      write_lag_ms: written.lagMs,
      steady_per_s: Math.round(steady.perS * BATCH),
      steady_p99_ms: steady.p99Ms,
      single_per_s: median(one.ours.map(({ perS }) => perS)),
      single_baseline_per_s: median(one.bare.map(({ perS }) => perS)),
      single_ratio: ratio(one),
      single_p99_ms: median(one.ours.map(({ p99Ms }) => p99Ms)),
      ...stored,
      processor_us_each: middle(turns.spent),
      single_processor_us_each: middle(one.spent),
      baseline_p99_ms: median(turns.bare.map(({ p99Ms }) => p99Ms)),
      cores: cpus().length,
      load_generator: 'same machine, a process of its own',
      load_before: loadBefore,
    },
  });
} finally {
  await client.end();
  await baseline.stop();
  await hub.stop();
  removeDataFolder(data);
}

interface Turns {
  readonly ours: LoadResult[];
  readonly bare: LoadResult[];
  /**
   * The CPU time of our turns, in microseconds for each position; it hardly depends on other load.
   */
  readonly spent: Spent[];
}

interface Spent {
  readonly hub: number | null;
  readonly postgres: number | null;
  readonly generator: number;
}

function ratio({ ours, bare }: Turns): number {
  const of = (results: LoadResult[]) => median(results.map(({ perS }) => perS));
  return Math.round((of(ours) / of(bare)) * 1_000) / 1_000;
}

function middle(spent: readonly Spent[]): Spent {
  const of = (each: (one: Spent) => number | null) =>
    spent.some((one) => each(one) === null) ? null : median(spent.map((one) => each(one) ?? 0));
  return {
    hub: of(({ hub }) => hub),
    postgres: of(({ postgres }) => postgres),
    generator: of(({ generator }) => generator) ?? 0,
  };
}

async function inTurns(templates: readonly Template[], connections: number): Promise<Turns> {
  const turns: Turns = { ours: [], bare: [], spent: [] };
  const size = templates[0]?.places.length ?? 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = processorTime(hub, data);
    const own = process.cpuUsage();
    const result = await run(hub.url, templates, connections, ROUND_MS);
    const spent = spentOn(result.requests * size, before, process.cpuUsage(own));
    turns.ours.push(result);
    turns.spent.push(spent);
    turns.bare.push(await run(baseline.url, templates, connections, ROUND_MS));
    const shown = [turns.ours, turns.bare].map((all) => {
      const last = all.at(-1);
      return `${Math.round(size * (last?.perS ?? 0))}/s (p99 ${last?.p99Ms} ms)`;
    });
    say(`round ${round}, ${size} a request: hub ${shown[0]}, bare ${shown[1]}`);
    say(`  processor time, µs a position: ${JSON.stringify(spent)}`);
  }
  return turns;
}

function spentOn(positions: number, before: ProcessorTime, own: NodeJS.CpuUsage): Spent {
  const after = processorTime(hub, data);
  const each = (us: number) => Math.round((100 * us) / positions) / 100;
  const between = (from: number | null, to: number | null) =>
    from === null || to === null ? null : each(1_000 * (to - from));
  return {
    hub: between(before.hub, after.hub),
    postgres: between(before.postgres, after.postgres),
    generator: each(own.user + own.system),
  };
}

/**
 * Inserts couriers directly into the table, as registration would; their names are never opened.
 */
async function addCouriers(): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `insert into couriers (id, merchant_id, mode, personal, vehicle, on_shift, created_at, updated_at)
     select gen_random_uuid(), (select id from merchants limit 1), 'test', '\\x00', 'van', true, now(), now()
     from generate_series(1, $1) returning id`,
    [COURIERS],
  );
  return rows.map(({ id }) => `cou_${id.replaceAll('-', '')}`);
}

interface Template {
  readonly bytes: Buffer;
  /** The offsets of the times in a request. */
  readonly places: readonly number[];
  sent: number;
}

function templatesOf(couriers: readonly string[], size: number): Template[] {
  const templates: Template[] = [];
  for (let from = 0; from + size <= couriers.length; from += size) {
    const rows = couriers.slice(from, from + size).map((courier_id, index) => ({
      courier_id,
      ts: TS,
      lat: 53.5 + (from + index) / 1e6,
      lng: 9.9 + (from % 1_000) / 1e4,
      accuracy_m: 8,
      speed_kmh: 31.5,
      heading: 270,
      battery: 81,
    }));
    const bytes = requestOf(JSON.stringify(rows));
    const places: number[] = [];
    for (let at = bytes.indexOf(TS); at >= 0; at = bytes.indexOf(TS, at + 1)) places.push(at);
    templates.push({ bytes, places, sent: 0 });
  }
  return templates;
}

function requestOf(body: string): Buffer {
  return Buffer.from(
    `POST /v1/positions HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${HUB_TEST_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

async function run(
  { hostname: host, port }: URL,
  templates: readonly Template[],
  connections: number,
  durationMs: number,
  ratePerS: number | null = null,
): Promise<LoadResult> {
  const firstMs = Date.now() - 3_600_000;
  const result = await load({
    host,
    port: Number(port),
    connections,
    durationMs,
    ratePerS,
    request(n) {
      const template = templates[n % templates.length] as Template;
      template.sent += 1;
      // A second later each time, and never repeated.
      const ts = new Date(firstMs + template.sent * 1_000).toISOString();
      const bytes = Buffer.from(template.bytes);
      for (const place of template.places) bytes.write(ts, place, 'latin1');
      return bytes;
    },
  });
  const refused = Object.keys(result.statuses).filter((status) => status !== '202');
  if (refused.length > 0) {
    throw new Error(`answers other than 202: ${JSON.stringify(result.statuses)}`);
  }
  return result;
}

/** Waits until everything is on disk; returns the time since the last answer. */
async function allWritten(): Promise<{ rows: number; lagMs: number }> {
  const from = performance.now();
  let rows = -1;
  for (;;) {
    const { rows: found } = await client.query<{ n: number }>(
      `select ((select coalesce(sum(positions), 0) from courier_stretches)
         + (select coalesce(sum(length(records)) / 40, 0) from courier_position_journal))::int as n`,
    );
    const now = found[0]?.n ?? 0;
    if (now === rows) return { rows, lagMs: Math.round(performance.now() - from) };
    rows = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Waits until the journal is empty: a minute at most. */
async function allInTheirDays(): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query('select from courier_position_journal limit 1');
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Measures the bytes of a position, as received and in the trail of its day. */
async function storedDay(couriers: readonly string[]) {
  const dayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS;
  for (let index = 0; index < DAY_COURIERS; index += 1) {
    const rows = courierDay(index + 1).map(({ atS, eastM, northM }) => ({
      courier_id: couriers[index],
      ts: new Date(dayMs + (6 * 3_600 + atS) * 1_000).toISOString(),
      lat: 53.5 + northM / 111_195,
      lng: 9.9 + eastM / (111_195 * Math.cos((53.5 * Math.PI) / 180)),
      accuracy_m: 8,
      speed_kmh: 20,
      heading: 90,
      battery: 80,
    }));
    for (let from = 0; from < rows.length; from += 500) {
      const answer = await fetch(new URL('/v1/positions', hub.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(rows.slice(from, from + 500)),
      });
      if (answer.status !== 202) throw new Error(`a day's positions: ${await answer.text()}`);
    }
  }
  await allInTheirDays();
  const positions = DAY_COURIERS * DAY_FIXES;
  const name = `courier_stretches_${new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
  const before = await sizeOf(name);
  const startedAt = performance.now();
  const db = openDatabase({ url: databaseUrl });
  const tables = [
    {
      ...STRETCHES_TABLE,
      retentionMs: DAY_MS,
      archiver: createTrailArchiver({ pipeline: db.pipeline }),
    },
  ];
  const log = createLog({ level: 'error' });
  const loop = startPartitions({ owner: db.owner, tables, clock: systemClock, log });
  await loop.idle();
  await loop.stop();
  await db.end();
  const tookMs = performance.now() - startedAt;
  const after = await sizeOf('courier_trails');
  const { rows } = await client.query<{ points: number; bytes: number }>(
    'select sum(points)::int as points, sum(length(trail))::int as bytes from courier_trails',
  );
  const each = (bytes: number) => Math.round((bytes / positions) * 100) / 100;
  return {
    day_positions: positions,
    bytes_per_position: each(before),
    bytes_per_position_simplified: each(after),
    bytes_per_position_packed: each(rows[0]?.bytes ?? 0),
    kept_share: Math.round(((rows[0]?.points ?? 0) / positions) * 1_000) / 1_000,
    simplified_per_s: Math.round((positions / tookMs) * 1_000),
  };
}

async function sizeOf(table: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    'select pg_total_relation_size($1::regclass) as bytes',
    [table],
  );
  return Number(rows[0]?.bytes ?? 0);
}

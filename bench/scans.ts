import { cpus } from 'node:os';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import {
  callApi,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../test/support/hubs/hub-process.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { startBaseline } from './load/baseline-process.ts';
import { type LoadResult, load } from './load/http-load.ts';

/**
 * Measures scans accepted by `POST /scans` in batches of 100, each on disk before its answer, by
 * the hub and by a bare server that does the minimum (`baselines/scan-server.ts`), in turns on one
 * PostgreSQL that syncs every commit. No scan comes twice, because a duplicate would cost no write.
 */
const CONNECTIONS = 16;
const BATCH = 100;
/** The number of keys, because a key may send 200 requests a second. */
const KEYS = 8;
const ROUNDS = isShort() ? 2 : 8;
const ROUND_MS = isShort() ? 1_500 : 5_000;
/** The placeholder for the batch number in a request. */
const PLACE = '########';
const WARM_UP_MS = isShort() ? 500 : 3_000;

const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_ROLES: 'api', WAYBILL_SANDBOX: 'off' });
const baseline = await startBaseline('scan-server.ts', {
  DATABASE_URL: urlOfRunningServer(data) ?? '',
});
let batches = 0;
try {
  const keys = await Promise.all(
    Array.from({ length: KEYS }, async (_, index) => {
      const wanted = { name: `scanner ${index}`, scopes: ['scans:write'] };
      return (await callApi<{ key: string }>(hub.url, 'POST', '/v1/api-keys', wanted)).key;
    }),
  );
  const templates = keys.map(template);
  const run = (url: URL, durationMs: number) => scans(url, durationMs, templates);
  await run(hub.url, WARM_UP_MS);
  await run(baseline.url, WARM_UP_MS);
  const ours: LoadResult[] = [];
  const bare: LoadResult[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    ours.push(await run(hub.url, ROUND_MS));
    bare.push(await run(baseline.url, ROUND_MS));
    say(`round ${round}: hub ${sayOf(ours.at(-1))}, bare ${sayOf(bare.at(-1))}`);
  }
  report({
    bench: 'scans',
    value: Math.round(BATCH * median(ours.map(({ perS }) => perS))),
    unit: 'scans/s',
    baseline: Math.round(BATCH * median(bare.map(({ perS }) => perS))),
    p50_ms: median(ours.map(({ p50Ms }) => p50Ms)),
    p99_ms: median(ours.map(({ p99Ms }) => p99Ms)),
    conditions: {
      batch: BATCH,
      connections: CONNECTIONS,
      keys: KEYS,
      rounds: ROUNDS,
      round_s: ROUND_MS / 1_000,
      roles: 'api',
      fsync: true,
      baseline_p99_ms: median(bare.map(({ p99Ms }) => p99Ms)),
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  await baseline.stop();
  await hub.stop();
  removeDataFolder(data);
}

async function scans(
  { hostname: host, port }: URL,
  durationMs: number,
  templates: readonly Template[],
): Promise<LoadResult> {
  const result = await load({
    host,
    port: Number(port),
    connections: CONNECTIONS,
    durationMs,
    ratePerS: null,
    request() {
      batches += 1;
      return filled(templates[batches % templates.length], batches);
    },
  });
  const refused = Object.keys(result.statuses).filter((status) => status !== '202');
  if (refused.length > 0)
    throw new Error(`answers other than 202: ${JSON.stringify(result.statuses)}`);
  return result;
}

interface Template {
  readonly bytes: Buffer;
  /** The offsets of the batch number in each row. */
  readonly places: readonly number[];
}

/** A request, except for the numbers that distinguish its parcels. */
function template(key: string): Template {
  const rows = Array.from({ length: BATCH }, (_, row) => ({
    tracking_number: `WB${PLACE}${String(row).padStart(6, '0')}`,
    code: 'SORT',
    scanned_at: `2026-03-10T08:${String(row % 60).padStart(2, '0')}:00+01:00`,
    facility_code: 'HAM-1',
    device_id: `gate-${row % 4}`,
    employee_id: `E-${row % 8}`,
  }));
  const body = JSON.stringify(rows);
  const bytes = Buffer.from(
    `POST /v1/scans HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const places: number[] = [];
  for (let at = bytes.indexOf(PLACE); at >= 0; at = bytes.indexOf(PLACE, at + 1)) places.push(at);
  return { bytes, places };
}

function filled(template: Template | undefined, batch: number): Buffer {
  if (template === undefined) throw new Error('there is no key');
  const bytes = Buffer.from(template.bytes);
  const digits = String(batch).padStart(PLACE.length, '0');
  for (const place of template.places) bytes.write(digits, place, 'latin1');
  return bytes;
}

function sayOf(result: LoadResult | undefined): string {
  return `${Math.round(BATCH * (result?.perS ?? 0))}/s (p99 ${result?.p99Ms} ms)`;
}

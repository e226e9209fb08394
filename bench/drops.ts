import { createWriteStream, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import {
  callApi,
  isAtWork,
  newDataFolder,
  postmasterPid,
  removeDataFolder,
  startHub,
} from '../test/support/hubs/hub-process.ts';
import { isShort, report, say } from './figures/report.ts';
import { residentMb } from './figures/resident-memory.ts';
import { visibleAfter, watchScans } from './figures/scan-markers.ts';
import { connect, loadShipments } from './load/bulk-load.ts';

/**
 * Drops a file of a million scans into a hub with all its roles, and measures how long it takes
 * until all rows are on disk, the memory this takes, and how long single scans through the API take
 * to become visible meanwhile and while the file's rows are processed.
 */
const ROWS = isShort() ? 50_000 : 1_000_000;
const PARCELS = isShort() ? 5_000 : 30_000;
const MARKERS = 200;
const MARKERS_A_SECOND = 5;
const CHECK_EVERY_MS = 100;
const DURABLE_MS_MAX = 900_000;
/** How long single scans are tracked after the file is on disk. */
const AFTER_MS = isShort() ? 3_000 : 30_000;
const FIRST_SCAN_MS = Date.parse('2026-02-10T00:00:00Z');
const ROWS_A_SECOND_WANTED = 1_000_000 / 60;

const numberOf = (n: number) => `WB${String(n).padStart(14, '0')}`;
const scanAt = (minute: number) => new Date(FIRST_SCAN_MS + minute * 60_000).toISOString();

const data = newDataFolder();
const folder = mkdtempSync(path.join(tmpdir(), 'waybill-bench-drops-'));
const inbox = path.join(folder, 'default/test');
mkdirSync(inbox, { recursive: true });
const hub = await startHub(data, {
  WAYBILL_PUBLIC_RATE: 'off',
  WAYBILL_SANDBOX: 'off',
  WAYBILL_DROPS: folder,
});
try {
  const client = await connect(urlOfRunningServer(data) ?? '');
  await loadShipments(client, PARCELS + MARKERS, 0, { carrier: 'fleet', numberOf });
  await client.query('analyze');
  await client.end();
  while (!(await isAtWork(hub))) await pause(CHECK_EVERY_MS);
  const part = path.join(folder, '.rows.part');
  await pipeline(Readable.from(rowsOfFile()), createWriteStream(part));
  // Some idle seconds, so that the start affects neither figure.
  await pause(isShort() ? 1_000 : 5_000);
  const postgres = () => postmasterPid(data);
  const beforeMb = residentMb(hub.child.pid ?? 0, postgres()) ?? 0;
  const markers = watchScans(hub.url, MARKERS_A_SECOND, (n) => ({
    number: numberOf(PARCELS + (n % MARKERS)),
    scannedAt: scanAt(Math.floor(n / MARKERS)),
  }));
  let peakMb = beforeMb;
  const startedAt = performance.now();
  renameSync(part, path.join(inbox, 'rows.csv'));
  let drop = await theDrop();
  while (drop?.state !== 'done') {
    if (performance.now() - startedAt > DURABLE_MS_MAX) throw new Error(JSON.stringify(drop));
    peakMb = Math.max(peakMb, residentMb(hub.child.pid ?? 0, postgres()) ?? 0);
    await pause(CHECK_EVERY_MS);
    drop = await theDrop();
  }
  const durableS = (performance.now() - startedAt) / 1_000;
  say(`${drop.rows} rows on disk after ${durableS.toFixed(1)} s`);
  const during = markers.take();
  await pause(AFTER_MS);
  const after = await markers.stop();
  const all = visibleAfter([...during, ...after]);
  report({
    bench: 'drops',
    value: Math.round(drop.accepted / durableS),
    unit: 'rows/s',
    baseline: Math.round(ROWS_A_SECOND_WANTED),
    p50_ms: all.p50Ms,
    p99_ms: all.p99Ms,
    conditions: {
      baseline_is: 'a million rows in a minute',
      ms_are: 'first byte of a single scan by the API until GET /v1/track shows it',
      rows: ROWS,
      parcels: PARCELS,
      durable_s: Math.round(durableS * 10) / 10,
      rss_mb: { before: beforeMb, peak: peakMb, of: 'hub and work process, without PostgreSQL' },
      until_durable: visibleAfter(during),
      after_durable: visibleAfter(after),
      roles: 'all',
      fsync: true,
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
  rmSync(folder, { recursive: true, force: true });
}

/** The rows of the file. Each parcel's scans follow one another, so every row is a new fact. */
function* rowsOfFile(): Generator<string> {
  let text = 'tracking_number;code;scanned_at;facility_code;device_id;employee_id\n';
  for (let row = 0; row < ROWS; row += 1) {
    const time = Math.floor(row / PARCELS);
    const code = ['ARRIVE', 'SORT', 'DEPART'][time % 3];
    text += `${numberOf(row % PARCELS)};${code};${scanAt(time)};HUB-${row % 20};gate-${row % 40};E-${row % 80}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}

interface Dropped {
  readonly state: string;
  readonly rows: number;
  readonly accepted: number;
}

async function theDrop(): Promise<Dropped | undefined> {
  const { data: drops } = await callApi<{ data: Dropped[] }>(hub.url, 'GET', '/v1/drops');
  return drops[0];
}

import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import {
  callApi,
  isAtWork,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../test/support/hubs/hub-process.ts';
import { msPerThousand, processorTime } from './figures/processor-time.ts';
import { isShort, report, say } from './figures/report.ts';
import { visibleAfter, watchScans } from './figures/scan-markers.ts';
import { connect, loadShipments } from './load/bulk-load.ts';
import { load } from './load/http-load.ts';

/**
 * Measures the time from a scan to its public visibility: 3,000 scans a second of own couriers'
 * parcels, in batches of 100 by `POST /v1/scans`, into a hub with all its roles. In addition,
 * single scans are tracked one by one, from their first byte until the public answer shows them.
 */
const SCANS_A_SECOND = 3_000;
const BATCH = 100;
const CONNECTIONS = 16;
const DURATION_MS = isShort() ? 5_000 : 60_000;
const PARCELS = isShort() ? 6_000 : 30_000;
const MARKERS = 200;
const MARKERS_A_SECOND = isShort() ? 20 : 10;
const SETTLE_MS_MAX = 180_000;
const FIRST_SCAN_MS = Date.parse('2026-03-10T00:00:00Z');

const numberOf = (n: number) => `WB${String(n).padStart(14, '0')}`;
const scanAt = (minute: number) => new Date(FIRST_SCAN_MS + minute * 60_000).toISOString();

const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_PUBLIC_RATE: 'off', WAYBILL_SANDBOX: 'off' });
try {
  const client = await connect(urlOfRunningServer(data) ?? '');
  await loadShipments(client, PARCELS + MARKERS, 0, { carrier: 'fleet', numberOf });
  await client.query('analyze');
  const wanted = { name: 'scanner', scopes: ['scans:write'] };
  const { key } = await callApi<{ key: string }>(hub.url, 'POST', '/v1/api-keys', wanted);
  const batches = Math.ceil((DURATION_MS / 1_000) * (SCANS_A_SECOND / BATCH) * 1.05);
  const requests = Array.from({ length: batches }, (_, n) => requestOf(key, n));
  // Excludes the start from the measurement.
  while (!(await isAtWork(hub))) await pause(100);
  const before = processorTime(hub, data);
  const markers = watchScans(hub.url, MARKERS_A_SECOND, (n) => ({
    number: numberOf(PARCELS + (n % MARKERS)),
    scannedAt: scanAt(Math.floor(n / MARKERS)),
  }));
  const startedAt = performance.now();
  const offered = await load({
    host: hub.url.hostname,
    port: Number(hub.url.port),
    connections: CONNECTIONS,
    durationMs: DURATION_MS,
    ratePerS: SCANS_A_SECOND / BATCH,
    request: (n) => requests[n % requests.length] ?? Buffer.alloc(0),
  });
  const loadedS = (performance.now() - startedAt) / 1_000;
  say(`${offered.perS} batches/s (p99 ${offered.p99Ms} ms), waiting for what is left`);
  const visible = visibleAfter(await markers.stop());
  const stored = await settled(client, (offered.statuses['202'] ?? 0) * BATCH + visible.markers);
  const tookS = (performance.now() - startedAt) / 1_000;
  const after = processorTime(hub, data);
  await client.end();
  report({
    bench: 'scans-visible',
    value: Math.round(stored / tookS),
    unit: 'scans/s',
    baseline: SCANS_A_SECOND,
    p50_ms: visible.p50Ms,
    p99_ms: visible.p99Ms,
    cpu_ms_per_1000_scans: msPerThousand(before, after, stored),
    conditions: {
      baseline_is: 'the rate that is offered',
      ms_are: 'first byte of the scan until GET /v1/track shows it, looked at every 50 ms, or 5 %',
      batch: BATCH,
      duration_s: loadedS,
      parcels: PARCELS,
      markers: visible.markers,
      batch_p99_ms: offered.p99Ms,
      answers: offered.statuses,
      roles: 'all',
      fsync: true,
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

/**
 * Returns the n-th batch. Each parcel's scans continue after its last one, so every scan is a new
 * fact.
 */
function requestOf(key: string, n: number): Buffer {
  const rows = Array.from({ length: BATCH }, (_, row) => {
    const index = n * BATCH + row;
    const time = Math.floor(index / PARCELS);
    return {
      tracking_number: numberOf(index % PARCELS),
      code: ['ARRIVE', 'SORT', 'DEPART'][time % 3],
      scanned_at: scanAt(time),
      facility_code: `HUB-${index % 20}`,
      device_id: `gate-${index % 40}`,
    };
  });
  return wire(key, JSON.stringify(rows));
}

function wire(key: string, body: string): Buffer {
  return Buffer.from(
    `POST /v1/scans HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Waits for the expected number of facts; returns the number. */
async function settled(
  client: Awaited<ReturnType<typeof connect>>,
  promised: number,
): Promise<number> {
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    // Counting all of them would affect the figure: count only once nothing waits.
    const waiting = await client.query(`select 1 from waiting_inbound_messages limit 1`);
    if (waiting.rows.length > 0 && performance.now() < deadline) {
      await pause(100);
      continue;
    }
    const { rows } = await client.query<{ n: string }>('select count(*) as n from facts');
    const stored = Number(rows[0]?.n);
    if (stored >= promised) return stored;
    if (performance.now() > deadline) throw new Error(`${stored} scans are there, of ${promised}`);
    await pause(250);
  }
}

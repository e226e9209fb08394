import { cpus } from 'node:os';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { parcelNumber } from '../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../test/support/hubs/hub-process.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { startSameBytes } from './figures/same-bytes.ts';
import { loadHistories } from './load/bulk-history.ts';
import { connect, loadShipments } from './load/bulk-load.ts';
import { firstView } from './load/first-view.ts';
import { type LoadResult, load } from './load/http-load.ts';

/**
 * Measures the tracking page: the cost of its first view in a browser, the server's response time
 * at 1,000 pages a second, and its maximum rate compared with a bare server that only sends the
 * bytes.
 */
const SHIPMENTS = isShort() ? 5_000 : 100_000;
const RATE_A_SECOND = 1_000;
const AT_RATE_MS = isShort() ? 3_000 : 30_000;
const ROUNDS = isShort() ? 1 : 3;
const ROUND_MS = isShort() ? 1_500 : 5_000;
const CONNECTIONS = 32;
const DISTINCT_REQUESTS = 5_000;
const DISTINCT_BYTES = 500;
const HEADERS = { accept: 'text/html', 'accept-language': 'en' };

const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_PUBLIC_RATE: 'off', WAYBILL_SANDBOX: 'off' });
try {
  const url = urlOfRunningServer(data) ?? '';
  const [one, two] = [await connect(url), await connect(url)];
  await loadShipments(one, SHIPMENTS);
  await loadHistories(one, two);
  await Promise.all([one.end(), two.end()]);

  const paths = Array.from({ length: DISTINCT_REQUESTS }, (_, n) => pathOf(n));
  const view = await firstView(new URL(paths[0] ?? '/', hub.url));
  say(`first view by ${view.measuredBy}: ${view.pageBytes} bytes, ${view.requests} requests`);
  const all = paths.map(toRequest);
  const bare = await startSameBytes(hub.url, paths.slice(0, DISTINCT_BYTES), HEADERS, data);
  const few = all.slice(0, DISTINCT_BYTES);
  await run(hub.url, all, ROUND_MS, null);
  const ours: LoadResult[] = [];
  const bares: LoadResult[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await run(hub.url, all, ROUND_MS, null));
    bares.push(await run(bare.url, few, ROUND_MS, null));
  }
  const steady = await run(hub.url, all, AT_RATE_MS, RATE_A_SECOND);
  await bare.stop();
  report({
    bench: 'page',
    value: median(ours.map(({ perS }) => perS)),
    unit: 'pages/s',
    baseline: median(bares.map(({ perS }) => perS)),
    p50_ms: steady.p50Ms,
    p99_ms: steady.p99Ms,
    page_bytes: view.pageBytes,
    script_bytes: view.scriptBytes,
    requests: view.requests,
    conditions: {
      p50_and_p99_at_pages_per_s: RATE_A_SECOND,
      reached_pages_per_s: steady.perS,
      for_s: AT_RATE_MS / 1_000,
      shipments: SHIPMENTS,
      first_view_by: view.measuredBy,
      connections: CONNECTIONS,
      public_rate: 'off',
      compression: 'none',
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

function pathOf(n: number): string {
  return `/track/${parcelNumber((n * 7_919) % SHIPMENTS)}`;
}

function toRequest(path: string): Buffer {
  const headers = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: hub\r\n${headers.join('')}\r\n`);
}

async function run(
  url: URL,
  requests: readonly Buffer[],
  durationMs: number,
  ratePerS: number | null,
): Promise<LoadResult> {
  const result = await load({
    host: url.hostname,
    port: Number(url.port),
    connections: CONNECTIONS,
    durationMs,
    ratePerS,
    request: (n) => requests[n % requests.length] ?? Buffer.alloc(0),
  });
  const strange = Object.keys(result.statuses).filter((status) => status !== '200');
  if (strange.length > 0) throw new Error(`other answers: ${JSON.stringify(result.statuses)}`);
  return result;
}

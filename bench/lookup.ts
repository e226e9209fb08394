import { cpus } from 'node:os';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { parcelNumber } from '../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../test/support/hubs/hub-process.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { startSameBytes } from './figures/same-bytes.ts';
import { loadHistories } from './load/bulk-history.ts';
import { connect, loadShipments } from './load/bulk-load.ts';
import { type LoadResult, load } from './load/http-load.ts';

/**
 * Measures `GET /v1/track/{number}` over a million parcels with history, by random number and never
 * from a cache, and a bare `node:http` that answers the same bytes from memory.
 */
const SHIPMENTS = isShort() ? 50_000 : 1_000_000;
const CONNECTIONS = 64;
/** Many short turns, because other load on the machine then affects both alike. */
const ROUNDS = isShort() ? 7 : 29;
const ROUND_MS = isShort() ? 500 : 1_000;
const WARM_UP_MS = isShort() ? 500 : 3_000;
const DISTINCT_REQUESTS = isShort() ? 20_000 : 200_000;
const DISTINCT_BYTES = 1_000;

const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_PUBLIC_RATE: 'off', WAYBILL_SANDBOX: 'off' });
try {
  const url = urlOfRunningServer(data) ?? '';
  const [one, two] = [await connect(url), await connect(url)];
  const loadedFrom = performance.now();
  await loadShipments(one, SHIPMENTS);
  await loadHistories(one, two);
  const { rows } = await one.query<{ n: string }>('select count(*) as n from facts');
  const facts = Number(rows[0]?.n);
  await one.query('checkpoint');
  await Promise.all([one.end(), two.end()]);
  const loadedS = Math.round((performance.now() - loadedFrom) / 1_000);
  say(`${SHIPMENTS} parcels with ${facts} facts loaded in ${loadedS} s`);

  const paths = Array.from({ length: DISTINCT_REQUESTS }, (_, n) => pathOf(n));
  const all = paths.map(toRequest);
  const few = all.slice(0, DISTINCT_BYTES);
  const bare = await startSameBytes(hub.url, paths.slice(0, DISTINCT_BYTES), {}, data);
  await run(hub.url, all, WARM_UP_MS);
  await run(bare.url, few, WARM_UP_MS);
  const ours: LoadResult[] = [];
  const bares: LoadResult[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    ours.push(await run(hub.url, all, ROUND_MS));
    bares.push(await run(bare.url, few, ROUND_MS));
    say(`round ${round}: hub ${ours.at(-1)?.perS}/s, bare ${bares.at(-1)?.perS}/s`);
  }
  await bare.stop();
  report({
    bench: 'lookup',
    value: median(ours.map(({ perS }) => perS)),
    unit: 'look-ups/s',
    baseline: median(bares.map(({ perS }) => perS)),
    p50_ms: median(ours.map(({ p50Ms }) => p50Ms)),
    p99_ms: median(ours.map(({ p99Ms }) => p99Ms)),
    conditions: {
      shipments: SHIPMENTS,
      facts,
      loaded_in_s: loadedS,
      distinct_numbers: DISTINCT_REQUESTS,
      connections: CONNECTIONS,
      rounds: ROUNDS,
      round_s: ROUND_MS / 1_000,
      public_rate: 'off',
      baseline_p99_ms: median(bares.map(({ p99Ms }) => p99Ms)),
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

/**
 * Returns the path of the n-th lookup: the numbers are spread over the table, in an order that
 * favours neither disk nor cache.
 */
function pathOf(n: number): string {
  return `/v1/track/${parcelNumber((n * 7_919) % SHIPMENTS)}`;
}

function toRequest(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: hub\r\n\r\n`);
}

async function run(url: URL, requests: readonly Buffer[], durationMs: number): Promise<LoadResult> {
  const result = await load({
    host: url.hostname,
    port: Number(url.port),
    connections: CONNECTIONS,
    durationMs,
    ratePerS: null,
    request: (n) => requests[n % requests.length] ?? Buffer.alloc(0),
  });
  const strange = Object.keys(result.statuses).filter((status) => status !== '200');
  if (strange.length > 0) throw new Error(`other answers: ${JSON.stringify(result.statuses)}`);
  return result;
}

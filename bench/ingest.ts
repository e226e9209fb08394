import { cpus } from 'node:os';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { fedexPush, minuteScan, PUSH_SECRET, parcelNumber } from '../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../test/support/hubs/hub-process.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { startBaseline } from './load/baseline-process.ts';
import { type LoadResult, load } from './load/http-load.ts';
import { signedRequest } from './load/push-request.ts';

/**
 * Measures signed 2 KiB pushes answered after commit, by the hub and by a bare server that does the
 * minimum (`baselines/ingest-server.ts`), in turns on one PostgreSQL that syncs every commit.
 */
const CONNECTIONS = 64;
const BODY_BYTES = 2_048;
const ROUNDS = isShort() ? 2 : 10;
const ROUND_MS = isShort() ? 1_500 : 4_000;
const WARM_UP_MS = isShort() ? 500 : 3_000;
const DISTINCT_REQUESTS = isShort() ? 2_000 : 20_000;

const requests = Array.from({ length: DISTINCT_REQUESTS }, (_, n) => signedRequest(bodyOf(n)));
const data = newDataFolder();
const hub = await startHub(data, {
  WAYBILL_ROLES: 'webhooks',
  // Nothing processes the stored pushes: the benchmark measures the answer, not how a backlog is
  // shed.
  WAYBILL_BACKLOG_MAX_S: '3600',
  WAYBILL_BACKLOG_MAX: '10000000',
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
});
const baseline = await startBaseline('ingest-server.ts', {
  DATABASE_URL: urlOfRunningServer(data) ?? '',
  SECRET: PUSH_SECRET,
});
try {
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
    bench: 'ingest',
    value: median(ours.map(({ perS }) => perS)),
    unit: 'webhooks/s',
    baseline: median(bare.map(({ perS }) => perS)),
    p50_ms: median(ours.map(({ p50Ms }) => p50Ms)),
    p99_ms: median(ours.map(({ p99Ms }) => p99Ms)),
    conditions: {
      body_bytes: BODY_BYTES,
      connections: CONNECTIONS,
      rounds: ROUNDS,
      round_s: ROUND_MS / 1_000,
      roles: 'webhooks',
      fsync: true,
      refused: ours.reduce((sum, { statuses }) => sum + (statuses[503] ?? 0), 0),
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

async function run(url: URL, durationMs: number): Promise<LoadResult> {
  const result = await load({
    host: url.hostname,
    port: Number(url.port),
    connections: CONNECTIONS,
    durationMs,
    ratePerS: null,
    request: (n) => requests[n % requests.length] ?? Buffer.alloc(0),
  });
  const { 200: stored = 0, 503: refused = 0 } = result.statuses;
  if (stored === 0 || stored + refused < result.requests)
    throw new Error(`answers other than 200 and 503: ${JSON.stringify(result.statuses)}`);
  // A push that is refused on a busy machine costs nothing to store, so it does not count.
  return { ...result, perS: Math.round((result.perS * stored) / result.requests) };
}

function bodyOf(n: number): string {
  return fedexPush({ number: parcelNumber(n), scans: [minuteScan(n)], bytes: BODY_BYTES });
}

function sayOf(result: LoadResult | undefined): string {
  return `${result?.perS}/s (p99 ${result?.p99Ms} ms)`;
}

import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { fedexPush, minuteScan, PUSH_SECRET, parcelNumber } from '../../test/support/fedex-push.ts';
import {
  isAtWork,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { isShort, median, report, say } from '../figures/report.ts';
import { loadHistories } from '../load/bulk-history.ts';
import { connect, loadShipments } from '../load/bulk-load.ts';
import { load } from '../load/http-load.ts';
import { signedRequest } from '../load/push-request.ts';

/**
 * Measures how the sweep affects pushes: at a steady rate, first while nothing is due, then while
 * parcels are deleted whose retention period is over. Only pushes that are answered while a sweep
 * deletes count as affected.
 *     npx tsx bench/retention/sweep.ts --pushes 1000
 */
const PUSHES_PER_S = numberOf('--pushes', isShort() ? 50 : 1_000);
const LIVE = isShort() ? 500 : 20_000;
const DUE = isShort() ? 1_000 : 50_000;
const QUIET_MS = isShort() ? 5_000 : 60_000;
/**
 * How long the sweep is measured. The hub sweeps once a minute, so this is long enough for two
 * sweeps.
 */
const SWEPT_MS = isShort() ? 75_000 : 150_000;
const CHECK_EVERY_MS = 250;
const CONNECTIONS = 256;
const P99_RATIO_MAX = 1.5;

const data = newDataFolder();
const hub = await startHub(data, {
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
  WAYBILL_PUBLIC_RATE: 'off',
  WAYBILL_SANDBOX: 'off',
  WAYBILL_RETENTION: 'carrier.fedex:1',
});
try {
  const url = urlOfRunningServer(data) ?? '';
  const [client, other] = [await connect(url), await connect(url)];
  await loadShipments(client, LIVE + DUE);
  await loadHistories(client, other);
  await other.end();
  await client.query('analyze');
  while (!(await isAtWork(hub))) await pause(100);
  say(`${LIVE} parcels are pushed to, ${DUE} will be due`);

  const requests = Array.from({ length: LIVE }, (_, n) =>
    signedRequest(fedexPush({ number: parcelNumber(n), scans: [minuteScan(n)] })),
  );
  const answers: { readonly atMs: number; readonly tookMs: number }[] = [];
  const begunMs = performance.now();
  const loading = load({
    host: hub.url.hostname,
    port: Number(hub.url.port),
    connections: CONNECTIONS,
    durationMs: QUIET_MS + SWEPT_MS,
    ratePerS: PUSHES_PER_S,
    request: (n) => requests[n % requests.length] ?? Buffer.alloc(0),
    answered(n, status) {
      const atMs = performance.now();
      const dueMs = begunMs + (n * 1_000) / PUSHES_PER_S;
      if (status === 200) answers.push({ atMs, tookMs: atMs - dueMs });
    },
  });
  await pause(QUIET_MS);
  await client.query(
    `update shipments set delivered_at = now() - interval '2 days', status = 'delivered'
     where tracking_number = any($1)`,
    [Array.from({ length: DUE }, (_, index) => parcelNumber(LIVE + index))],
  );
  // The update itself is not part of the sweep.
  const dueFromMs = performance.now();
  const windows: { readonly fromMs: number; readonly toMs: number }[] = [];
  let gone = 0;
  while (performance.now() < begunMs + QUIET_MS + SWEPT_MS) {
    const fromMs = performance.now();
    await pause(CHECK_EVERY_MS);
    const { rows } = await client.query<{ many: number }>(
      'select count(*)::int as many from shipments where deleted_at is not null',
    );
    const count = rows[0]?.many ?? 0;
    if (count > gone) windows.push({ fromMs, toMs: performance.now() });
    gone = count;
  }
  const offered = await loading;
  await client.end();
  const quiet = answers.filter(({ atMs }) => atMs < begunMs + QUIET_MS);
  const beside = answers.filter(
    ({ atMs }) =>
      atMs > dueFromMs && windows.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs),
  );
  const sweptS = windows.reduce((all, { fromMs, toMs }) => all + toMs - fromMs, 0) / 1_000;
  if (gone === 0 || beside.length === 0) throw new Error('no sweep was seen');
  if (!isShort() && p99(beside) > P99_RATIO_MAX * p99(quiet)) process.exitCode = 1;
  report({
    bench: 'sweep',
    value: p99(beside),
    unit: 'ms',
    baseline: p99(quiet),
    p50_ms: rounded(median(beside.map(({ tookMs }) => tookMs))),
    p99_ms: p99(beside),
    conditions: {
      pushes_per_s: offered.perS,
      statuses: offered.statuses,
      pushes_quiet: quiet.length,
      pushes_beside: beside.length,
      p50_ms_quiet: rounded(median(quiet.map(({ tookMs }) => tookMs))),
      parcels_swept: gone,
      swept_s: rounded(sweptS),
      parcels_swept_per_s: Math.round(gone / sweptS),
      load_average: rounded(loadavg()[0] ?? 0),
      cpus: cpus().length,
    },
  });
} finally {
  await hub.kill();
  removeDataFolder(data);
}

function p99(answers: readonly { readonly tookMs: number }[]): number {
  const sorted = answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return rounded(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function numberOf(option: string, otherwise: number): number {
  const at = process.argv.indexOf(option);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { fedexPush, minuteScan, PUSH_SECRET, parcelNumber } from '../test/support/fedex-push.ts';
import {
  isAtWork,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../test/support/hubs/hub-process.ts';
import { naivePipeline } from './baselines/naive-pipeline.ts';
import { watchMarkers } from './figures/markers.ts';
import { scrape } from './figures/metrics-scrape.ts';
import { msPerThousand, processorTime } from './figures/processor-time.ts';
import { isShort, report, say } from './figures/report.ts';
import { connect, loadShipments } from './load/bulk-load.ts';
import { load } from './load/http-load.ts';
import { openViewers } from './load/live-viewers.ts';
import { signedRequest } from './load/push-request.ts';

/**
 * Measures the time from a push to its public visibility: pushes of one to five new scans each over
 * many parcels, at a steady rate, into a hub with all its roles. In addition, marker pushes are
 * tracked one by one, from their first byte until the public answer shows them.
 */
/** Facts offered per second, by `--rate 900`; the default is slightly more than the target of 3,000. */
const FACTS_A_SECOND = optionOf('--rate') || 3_060;
const FACTS_A_PUSH = 3;
const DURATION_MS = isShort() ? 5_000 : 60_000;
const SHIPMENTS = isShort() ? 2_000 : 20_000;
const MARKERS = 200;
const MARKERS_A_SECOND = isShort() ? 20 : 10;
/**
 * The number of connections. Each waits for its answer, so with slow answers too few connections
 * offer less than the rate, and the generator is the bottleneck: 32 at 79 ms an answer gave 404
 * pushes a second.
 */
const CONNECTIONS = 256;
/** The number of the baseline's connections; with more it is slower on two cores. */
const BASELINE_CONNECTIONS = 4;
const BASELINE_MS = isShort() ? 2_000 : 10_000;
const SETTLE_MS_MAX = 60_000;
/** `--viewers 200`: so many tabs with the console's list of parcels, whose rows change live. */
const VIEWERS = optionOf('--viewers');
const PUSHES_A_SECOND = FACTS_A_SECOND / FACTS_A_PUSH;

const pushes = makePushes(Math.ceil((DURATION_MS / 1_000) * PUSHES_A_SECOND * 1.05));
const data = newDataFolder();
const hub = await startHub(data, {
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
  WAYBILL_PUBLIC_RATE: 'off',
  WAYBILL_SANDBOX: 'off',
});
try {
  const url = urlOfRunningServer(data) ?? '';
  const client = await connect(url);
  await loadShipments(client, SHIPMENTS + MARKERS);
  await client.query('analyze');
  // Excludes the start from the measurement.
  while (!(await isAtWork(hub))) await pause(100);
  say(`${SHIPMENTS} parcels registered`);

  const requests = pushes.map(({ body }) => signedRequest(body));
  const viewers = await openViewers(client, hub.url, VIEWERS);
  const markers = watchMarkers(hub.url, MARKERS_A_SECOND, (n) => ({
    number: parcelNumber(SHIPMENTS + (n % MARKERS)),
    scan: minuteScan(Math.floor(n / MARKERS)),
  }));
  const spentBefore = processorTime(hub, data);
  const startedAt = performance.now();
  const chosen: Push[] = [];
  const offered = await load({
    host: hub.url.hostname,
    port: Number(hub.url.port),
    connections: CONNECTIONS,
    durationMs: DURATION_MS,
    ratePerS: PUSHES_A_SECOND,
    request: (n) => requests[n % requests.length] ?? Buffer.alloc(0),
    answered(n, status) {
      const push = pushes[n];
      if (status === 200 && push !== undefined) chosen.push(push);
    },
  });
  const facts = chosen.reduce((all, push) => all + push.facts, 0);
  say(`${offered.perS} pushes/s offered (p99 ${offered.p99Ms} ms), waiting for what is left`);
  await settled(client);
  const tookS = (performance.now() - startedAt) / 1_000;
  const spentAfter = processorTime(hub, data);
  const visible = await markers.stop();
  const rowsChanged = viewers.rows();
  viewers.close();
  const stored = await client.query<{ n: string }>('select count(*) as n from facts');
  const lag = await scrape(hub.url, 'waybill_ingest_lag_seconds', 0.99);
  await client.end();
  const expected = facts + visible.count;
  if (Number(stored.rows[0]?.n) < expected) {
    throw new Error(`${stored.rows[0]?.n} facts are there, of ${expected}`);
  }
  const naive = await naivePipeline(
    url,
    pushes.map(({ body }) => body),
    BASELINE_MS,
    BASELINE_CONNECTIONS,
  );
  report({
    bench: 'pipeline',
    value: Math.round(facts / tookS),
    unit: 'facts/s',
    baseline: naive,
    p50_ms: visible.p50Ms,
    p99_ms: visible.p99Ms,
    cpu_ms_per_1000_facts: msPerThousand(spentBefore, spentAfter, expected),
    conditions: {
      offered_facts_per_s: FACTS_A_SECOND,
      duration_s: DURATION_MS / 1_000,
      facts_per_push: '1 to 5',
      shipments: SHIPMENTS,
      markers: visible.count,
      visible_is:
        'first byte of the push until GET /v1/track shows it, looked at every 50 ms, or 5 %',
      p99_of_all_inbound_messages_s: `at most ${lag}`,
      webhook_p99_ms: offered.p99Ms,
      answers: offered.statuses,
      markers_refused: visible.refused,
      viewers: VIEWERS,
      rows_changed_on_their_pages: rowsChanged,
      baseline_is: 'a transaction a push, as fast as it goes',
      public_rate: 'off',
      cores: cpus().length,
      load_generator: 'same machine',
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

/** The number after an option; 0: it is not given. */
function optionOf(name: string): number {
  return Number(process.argv[process.argv.indexOf(name) + 1]) || 0;
}

interface Push {
  readonly facts: number;
  readonly body: string;
}

/** Makes pushes. Each parcel's scans continue after its last push, so every scan is a new fact. */
function makePushes(count: number): Push[] {
  const scansSoFar = new Uint16Array(SHIPMENTS);
  return Array.from({ length: count }, (_, n) => {
    const parcel = n % SHIPMENTS;
    const facts = 1 + ((n * 7) % (2 * FACTS_A_PUSH - 1));
    const first = scansSoFar[parcel] ?? 0;
    scansSoFar[parcel] = first + facts;
    const scans = Array.from({ length: facts }, (_, i) => minuteScan(first + i, codeOf(first + i)));
    return { facts, body: fedexPush({ number: parcelNumber(parcel), scans }) };
  });
}

function codeOf(n: number): string {
  return ['PU', 'DP', 'AR', 'IT'][n % 4] ?? 'IT';
}

async function settled(client: Awaited<ReturnType<typeof connect>>): Promise<void> {
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const { rows } = await client.query(`select 1 from waiting_inbound_messages limit 1`);
    if (rows.length === 0) return;
    if (performance.now() > deadline) throw new Error('the inbox does not empty');
    await pause(20);
  }
}

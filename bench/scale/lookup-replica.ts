import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { startEngine, whyNoPrograms } from '../../test/support/engines.ts';
import {
  fedexPush,
  minuteScan,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../../test/support/fedex-push.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { processorMs } from '../figures/processor-time.ts';
import { isShort, report, say } from '../figures/report.ts';
import { loadHistories } from '../load/bulk-history.ts';
import { connect, loadShipments } from '../load/bulk-load.ts';
import { load } from '../load/http-load.ts';

/**
 * Measures `GET /v1/track/{number}` by three processes that answer from a synchronous standby, per
 * second of their CPU time; the baseline is one that answers from the primary. Also measures how
 * stale answers are: from a push's acknowledgement until all three show it, before the primary is
 * killed and after its standby has taken over.
 */
const SHIPMENTS = isShort() ? 5_000 : 100_000;
const TURN_MS = isShort() ? 1_000 : 10_000;
const WARM_UP_MS = isShort() ? 500 : 3_000;
const CONNECTIONS = 60;
const PUSHES = isShort() ? 3 : 20;
const WAIT_MS_MAX = 120_000;

const missing = whyNoPrograms('postgres-pair', ['setpriv', 'flock']);
if (missing !== null) {
  say(`not run: ${missing}`);
  process.exit(0);
}
const loadBefore = loadavg().map((each) => Math.round(each * 10) / 10);
const engine = startEngine('postgres-pair', {});
const { primary = '', standby = '' } = engine.urls;
const both = primary.replace(new URL(primary).host, (host) => `${host},${new URL(standby).host}`);
const folders: string[] = [];
const hubs: RunningHub[] = [];
try {
  const worker = await start('webhooks,worker,api', {});
  const client = [await connect(primary), await connect(primary)] as const;
  await loadShipments(client[0], SHIPMENTS);
  await loadHistories(...client);
  await Promise.all(client.map((each) => each.end()));
  const readers: RunningHub[] = [];
  for (let index = 0; index < 3; index += 1)
    readers.push(await start('api', { DATABASE_READ_URL: standby }));
  await until(async () => (await Promise.all(readers.map(isOnReplica))).every(Boolean));
  await perCore([worker], WARM_UP_MS);
  const alone = await perCore([worker], TURN_MS);
  await perCore(readers, WARM_UP_MS);
  const three = await perCore(readers, TURN_MS);
  say(`three processes: ${three.perS}/s, ${three.perCore} for each second of a core`);
  const before = await visibleAfter(worker, readers, 0);
  const killed = performance.now();
  engine.run('failover');
  await until(async () => (await Promise.all(readers.map(answers))).every(Boolean));
  const answeringMs = performance.now() - killed;
  const after = await visibleAfter(worker, readers, PUSHES);
  say(`visible after ${before.maxMs} ms at most, after the failover ${after.maxMs} ms`);
  report({
    bench: 'lookup-replica',
    value: three.perCore,
    unit: 'look-ups for each second of an api process',
    baseline: alone.perCore,
    p50_ms: three.p50Ms,
    p99_ms: three.p99Ms,
    conditions: {
      baseline_is: 'one process that answers from the primary',
      parcels: SHIPMENTS,
      processes: 3,
      connections: CONNECTIONS,
      per_s: three.perS,
      visible_ms: { before, after, answering_after_kill: Math.round(answeringMs), pushes: PUSHES },
      cores: cpus().length,
      load_before: loadBefore,
      everything: 'same machine',
    },
  });
} finally {
  await Promise.all(hubs.map((hub) => hub.stop().catch(() => {})));
  for (const folder of folders) removeDataFolder(folder);
  engine.stop();
}

async function start(roles: string, more: Readonly<Record<string, string>>): Promise<RunningHub> {
  const folder = newDataFolder();
  folders.push(folder);
  const hub = await startHub(folder, {
    DATABASE_URL: both,
    WAYBILL_MASTER_KEY: 'ab'.repeat(32),
    WAYBILL_ROLES: roles,
    WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
    WAYBILL_REDIS: 'off',
    LOG_LEVEL: 'fatal',
    WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    WAYBILL_PUBLIC_RATE: 'off',
    WAYBILL_SANDBOX: 'off',
    ...more,
  });
  hubs.push(hub);
  return hub;
}

/**
 * Whether a hub answers from its replica. It does not query the replica's lag before the first
 * lookup.
 */
async function isOnReplica(hub: RunningHub): Promise<boolean> {
  if (!(await answers(hub))) return false;
  const { url } = hub;
  const text = await (await fetch(new URL('/metrics', url))).text();
  return /^waybill_replica_used(?:\{[^}]*\})? 1$/m.test(text);
}

/**
 * Measures all hubs at once, each with its share of the connections; returns lookups a second in
 * total, and per second of their CPU time.
 */
async function perCore(those: readonly RunningHub[], durationMs: number) {
  const spent = () => those.reduce((sum, { child }) => sum + (processorMs(child.pid ?? 0) ?? 0), 0);
  const cpuBefore = spent();
  const results = await Promise.all(
    those.map(({ url }) =>
      load({
        host: url.hostname,
        port: Number(url.port),
        durationMs,
        ratePerS: null,
        connections: CONNECTIONS / those.length,
        request: (n) =>
          Buffer.from(
            `GET /v1/track/${parcelNumber((n * 7_919) % SHIPMENTS)} HTTP/1.1\r\nhost: hub\r\n\r\n`,
          ),
      }),
    ),
  );
  const cpuS = (spent() - cpuBefore) / 1_000;
  const strange = results
    .flatMap(({ statuses }) => Object.keys(statuses))
    .filter((s) => s !== '200');
  if (strange.length > 0) throw new Error(`other answers: ${strange.join(', ')}`);
  const requests = results.reduce((sum, each) => sum + each.requests, 0);
  return {
    perCore: Math.round(requests / cpuS),
    perS: results.reduce((sum, { perS }) => sum + perS, 0),
    p50Ms: Math.max(...results.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...results.map(({ p99Ms }) => p99Ms)),
  };
}

function tracked(hub: RunningHub, number: string): Promise<Response> {
  return fetch(new URL(`/v1/track/${number}`, hub.url), { signal: AbortSignal.timeout(5_000) });
}

async function answers(hub: RunningHub): Promise<boolean> {
  try {
    return (await tracked(hub, parcelNumber(0))).status === 200;
  } catch {
    return false;
  }
}

/**
 * Measures the time from the acknowledgement of a push until every process shows its scan: one
 * parcel per push, one after the other.
 */
async function visibleAfter(worker: RunningHub, readers: readonly RunningHub[], from: number) {
  const took: number[] = [];
  for (let index = 0; index < PUSHES; index += 1) {
    const number = parcelNumber(SHIPMENTS + from + index);
    const wanted = { carrier: 'fedex', tracking_number: number };
    await until(async () => {
      await callApi(worker.url, 'POST', '/v1/shipments', wanted);
      return true;
    });
    const body = fedexPush({ number, scans: [minuteScan(from + index)] });
    await until(async () => (await push(worker, body)) === 200);
    const acknowledged = performance.now();
    await until(async () => {
      const shown = await Promise.all(
        readers.map(async (each) => {
          const { events = [] } = (await (await tracked(each, number)).json()) as {
            events?: readonly unknown[];
          };
          return events.length > 0;
        }),
      );
      return shown.every(Boolean);
    });
    took.push(performance.now() - acknowledged);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => Math.round(took[Math.ceil(took.length * share) - 1] ?? Number.NaN);
  return { p50Ms: at(0.5), maxMs: at(1) };
}

async function push({ url }: RunningHub, body: string): Promise<number> {
  const to = new URL('/webhooks/carrier/fedex', url);
  return (await fetch(to, { method: 'POST', headers: pushHeaders(body), body })).status;
}

/** Waits until the condition holds; an error counts as "not yet". */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  for (;;) {
    let cause: unknown = null;
    try {
      if (await holds()) return;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error('waited in vain', { cause });
    await pause(10);
  }
}

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { uuidOf } from '../../test/support/drills/recorded.ts';
import { fedexPush, minuteScan, PUSH_SECRET, parcelNumber } from '../../test/support/fedex-push.ts';
import {
  callApi,
  isAtWork,
  newDataFolder,
  postmasterPid,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { processorMs } from '../figures/processor-time.ts';
import { isShort, report, say } from '../figures/report.ts';
import { load } from '../load/http-load.ts';
import { signedRequest } from '../load/push-request.ts';

/**
 * Measures a hub on a Citus cluster against one on a single server, in one run: 5,000 parcels get
 * 20,000 pushes of a new scan each, as fast as they are answered. Every accepted scan must become
 * one fact, and nothing may be logged as an error.
 *
 * `--cluster URL`: a distributed database that no hub has used (docs/scale.md), whose nodes are on
 * this machine.
 */
const PARCELS = isShort() ? 100 : 5_000;
const PUSHES = 4 * PARCELS;
const CONNECTIONS = 16;
/** All connections together stay below the 200 requests a second that a key may send. */
const MS_BETWEEN_REGISTRATIONS = 85;
const SETTLE_MS_MAX = 300_000;
const cluster = process.argv[process.argv.indexOf('--cluster') + 1] ?? '';
if (!cluster.startsWith('postgres')) throw new Error('--cluster needs the URL of a database');

interface Measured {
  readonly factsPerS: number;
  readonly postgresMs: number | null;
  readonly answers: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lost: number;
  readonly doubled: number;
  readonly errors: number;
}

const single = await measure({});
say(JSON.stringify({ single }));
const many = await measure({ DATABASE_URL: cluster });
const { p50Ms, p99Ms, ...figures } = many;
report({
  bench: 'citus',
  value: many.factsPerS,
  unit: 'facts/s',
  baseline: single.factsPerS,
  p50_ms: p50Ms,
  p99_ms: p99Ms,
  conditions: {
    parcels: PARCELS,
    pushes: PUSHES,
    connections: CONNECTIONS,
    cluster: figures,
    single,
    load_average: readFileSync('/proc/loadavg', 'utf8').split(' ')[0],
  },
});

async function measure(env: Readonly<Record<string, string>>): Promise<Measured> {
  const data = newDataFolder();
  const hub = await startHub(data, {
    WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    WAYBILL_REDIS: 'off',
    WAYBILL_SANDBOX: 'off',
    ...env,
  });
  let logged = '';
  hub.child.stderr?.on('data', (text) => {
    logged += text;
  });
  const client = new pg.Client(env['DATABASE_URL'] ?? urlOfRunningServer(data) ?? '');
  await client.connect();
  try {
    while (!(await isAtWork(hub))) await pause(100);
    const parcels = await registerParcels(hub);
    say(`${PARCELS} parcels registered`);
    const servers = await serversOf(client, data);
    const spentMs = () => {
      const each = servers.map((pid) => processorMs(pid));
      return each.includes(null) ? null : each.reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
    };
    const before = spentMs();
    const startedAt = performance.now();
    const pushed = await pushAll(hub.url);
    await settled(client);
    const tookS = (performance.now() - startedAt) / 1_000;
    const after = spentMs();
    const { lost, doubled } = await compare(client, parcels);
    return {
      factsPerS: Math.round(PUSHES / tookS),
      postgresMs:
        before === null || after === null ? null : Math.round((1_000 * (after - before)) / PUSHES),
      answers: pushed.statuses,
      p50Ms: pushed.p50Ms,
      p99Ms: pushed.p99Ms,
      lost,
      doubled,
      errors: logged.split('\n').filter((line) => line !== '').length,
    };
  } finally {
    if (logged !== '') say(logged.slice(0, 2_000));
    await client.end();
    await hub.stop();
    removeDataFolder(data);
  }
}

/** Returns the ids of the parcels. */
async function registerParcels({ url }: RunningHub): Promise<readonly string[]> {
  const ids: string[] = [];
  let next = 0;
  const register = async () => {
    for (let index = next++; index < PARCELS; index = next++) {
      const body = { carrier: 'fedex', tracking_number: parcelNumber(index) };
      const { id } = await callApi<{ id: string }>(url, 'POST', '/v1/shipments', body);
      ids[index] = uuidOf(id);
      await pause(MS_BETWEEN_REGISTRATIONS);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, register));
  return ids;
}

/** Pushes each parcel's scans; a push without a 200 is repeated, as carriers do. */
async function pushAll(url: URL) {
  const requests = Array.from({ length: PUSHES }, (_, n) => {
    const scans = [minuteScan(Math.floor(n / PARCELS))];
    return signedRequest(fedexPush({ number: parcelNumber(n % PARCELS), scans }));
  });
  const again: number[] = [];
  const pushOf = new Map<number, number>();
  let first = 0;
  const accepted = new Set<number>();
  return load({
    host: url.hostname,
    port: Number(url.port),
    connections: CONNECTIONS,
    durationMs: SETTLE_MS_MAX,
    ratePerS: null,
    isOver: () => accepted.size >= PUSHES,
    request(n) {
      const push = again.pop() ?? Math.min(first++, PUSHES - 1);
      pushOf.set(n, push);
      return requests[push] ?? Buffer.alloc(0);
    },
    answered(n, status) {
      const push = pushOf.get(n) ?? 0;
      pushOf.delete(n);
      if (status === 200) accepted.add(push);
      else again.push(push);
    },
  });
}

async function settled(client: pg.Client): Promise<void> {
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const { rows } = await client.query('select 1 from waiting_inbound_messages limit 1');
    if (rows.length === 0) return;
    if (performance.now() > deadline) throw new Error('the inbox does not empty');
    await pause(50);
  }
}

/** Counts scans that are no fact of their parcel, and those that are several. */
async function compare(client: pg.Client, parcels: readonly string[]) {
  const { rows } = await client.query<{ facts: number; scans: number }>(
    `select count(*)::int as facts, count(distinct (shipment_id, local))::int as scans
     from facts where shipment_id = any($1)`,
    [parcels],
  );
  const { facts = 0, scans = 0 } = rows[0] ?? {};
  return { lost: PUSHES - scans, doubled: facts - scans };
}

/** The first processes of all servers that have a part of the database. */
async function serversOf(client: pg.Client, data: string): Promise<readonly number[]> {
  const embedded = postmasterPid(data);
  if (embedded !== null) return [embedded];
  const nodes = await client.query<{ name: string; port: number }>(
    'select nodename as name, nodeport as port from pg_dist_node',
  );
  return Promise.all(
    nodes.rows.map(async ({ name, port }) => {
      const { user, password, database } = client;
      const node = new pg.Client({ user, password: password ?? '', database, host: name, port });
      await node.connect();
      const { rows } = await node.query<{ folder: string }>(
        `select current_setting('data_directory') as folder`,
      );
      await node.end();
      return Number.parseInt(readFileSync(`${rows[0]?.folder}/postmaster.pid`, 'utf8'), 10);
    }),
  );
}

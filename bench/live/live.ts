import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  postmasterPid,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { processorMs } from '../figures/processor-time.ts';
import { isShort, report, say } from '../figures/report.ts';
import { startBaseline } from '../load/baseline-process.ts';
import { load } from '../load/http-load.ts';
import type { Order, Received } from './watchers-process.ts';

/**
 * Measures screens that watch couriers, with the hub and with a bare server
 * (`baselines/live-server.ts`): how old the newest place is that a watcher has, at any moment, and
 * how much processor time a message takes, together with the position that causes it. In every
 * second turn, one client floods the hub. Nearly all watchers watch one courier each, as a page or
 * a parcel's screen does; a few watch all.
 */
const COURIERS = isShort() ? 400 : 2_000;
const WATCHERS_WANTED = isShort() ? 1_000 : 10_000;
const SCREENS = isShort() ? 2 : 20;
/** The number of turns, each without and with a flood. */
const TURNS = isShort() ? 1 : 4;
const TURN_MS = isShort() ? 3_000 : 15_000;
const BASELINE_MS = isShort() ? 3_000 : 30_000;
const WARM_MS = isShort() ? 2_000 : 4_000;
/** The time after a flood has begun or ended, which is not counted. */
const CHANGE_MS = 1_000;
const SENDERS = 64;
/** The number of a process's open files besides its watchers. */
const OTHER_FILES = 500;

const data = newDataFolder();
const loadBefore = loadavg().map((each) => Math.round(each * 100) / 100);
const hub = await startHub(data, { WAYBILL_ROLES: 'api', WAYBILL_SANDBOX: 'off' });
const baseline = await startBaseline('live-server.ts', {});
const client = fork(fileURLToPath(new URL('./watchers-process.ts', import.meta.url)), {
  execArgv: ['--import', 'tsx'],
});
try {
  const watchers = Math.min(WATCHERS_WANTED, filesAllowed() - OTHER_FILES);
  if (watchers < WATCHERS_WANTED) {
    say(`only ${watchers} watchers: a process may open ${filesAllowed()} files (ulimit -n)`);
  }
  const couriers = await addCouriers();
  const topics = Array.from({ length: watchers }, (_, index) =>
    index < SCREENS ? 'fleet' : `courier:${couriers[index % COURIERS]}`,
  );
  const ours = await watch(hub.url, topics, couriers, hubMs, TURNS);
  const bare = await watch(baseline.url, topics, couriers, () => processorMs(baseline.pid), 0);
  const [peace, flood] = [countsOf(ours, 'peace'), countsOf(ours, 'flood')];
  const base = countsOf(bare, 'peace');
  report({
    bench: 'live',
    value: ours.messagesPerCpuS,
    unit: 'messages/s of processor time',
    baseline: bare.messagesPerCpuS,
    p50_ms: peace.ageMs.p50,
    p99_ms: peace.ageMs.p99,
    conditions: {
      watchers,
      couriers: COURIERS,
      watch_all: SCREENS,
      positions_per_s: COURIERS,
      watched_s: (2 * TURNS * TURN_MS) / 1_000,
      oldest_ms: peace.ageMs.max,
      arrival_p50_ms: peace.arrivalMs.p50,
      arrival_p99_ms: peace.arrivalMs.p99,
      older_after_newer: peace.olderAfterNewer + flood.olderAfterNewer,
      messages: peace.messages + flood.messages,
      lost_connections: peace.closed + flood.closed,
      without_a_position: peace.without,
      flood_p99_ms: flood.ageMs.p99,
      flood_ratio: Math.round((flood.ageMs.p99 / peace.ageMs.p99) * 1_000) / 1_000,
      flood_messages: ours.flood.messages,
      flood_connections: ours.flood.connections,
      positions_p99_ms: ours.sentP99Ms,
      connect_s: ours.connectS,
      baseline_p50_ms: base.ageMs.p50,
      baseline_p99_ms: base.ageMs.p99,
      baseline_arrival_p99_ms: base.arrivalMs.p99,
      cores: cpus().length,
      load_generator: 'same machine: watchers, couriers and flood in processes of their own',
      load_before: loadBefore,
    },
  });
} finally {
  client.disconnect();
  await baseline.stop();
  await hub.stop();
  removeDataFolder(data);
}

interface Watched {
  readonly counted: Readonly<Record<string, Received>>;
  readonly messagesPerCpuS: number;
  readonly sentP99Ms: number;
  readonly connectS: number;
  readonly flood: { readonly messages: number; readonly connections: number };
}

function countsOf({ counted }: Watched, name: string): Received {
  const found = counted[name];
  if (found === undefined) throw new Error(`nothing was counted as ${name}`);
  return found;
}

async function watch(
  at: URL,
  topics: readonly string[],
  couriers: readonly string[],
  cpuMs: () => number | null,
  floods: number,
): Promise<Watched> {
  const url = new URL('/v1/live', at).href.replace('http', 'ws');
  const from = performance.now();
  await order({ order: 'connect', watching: { url, key: HUB_TEST_KEY, topics } });
  const connectS = Math.round((performance.now() - from) / 100) / 10;
  say(`${topics.length} watch ${at.host}, connected after ${connectS} s`);
  const turnsMs = floods > 0 ? floods * 2 * (TURN_MS + CHANGE_MS) : BASELINE_MS + CHANGE_MS;
  const sending = send(at, couriers, WARM_MS + turnsMs);
  await pause(WARM_MS);
  const totals = { messages: 0, connections: 0 };
  let spentMs = 0;
  for (let index = 0; index < Math.max(1, floods); index += 1) {
    await order({ order: 'count', as: 'between' });
    await pause(CHANGE_MS);
    await order({ order: 'count', as: 'peace' });
    const before = cpuMs() ?? 0;
    await pause(floods > 0 ? TURN_MS : BASELINE_MS);
    spentMs += (cpuMs() ?? 0) - before;
    if (floods === 0) break;
    await order({ order: 'count', as: 'between' });
    const flood = fork(
      fileURLToPath(new URL('./flood-process.ts', import.meta.url)),
      [url, HUB_TEST_KEY],
      { execArgv: ['--import', 'tsx'] },
    );
    await pause(CHANGE_MS);
    await order({ order: 'count', as: 'flood' });
    await pause(TURN_MS);
    await order({ order: 'count', as: 'between' });
    const done = await ask<typeof totals>(flood, 'end');
    totals.messages += done.messages;
    totals.connections += done.connections;
    say(`turn ${index + 1}: flooded with ${done.messages} messages, cut ${done.connections} times`);
  }
  const { p99Ms: sentP99Ms } = await sending;
  const counted = (await order({ order: 'end' })) as Record<string, Received>;
  say(JSON.stringify(counted));
  const messagesPerCpuS = Math.round((1_000 * (counted['peace']?.messages ?? 0)) / (spentMs || 1));
  return { counted, messagesPerCpuS, sentP99Ms, connectS, flood: totals };
}

/** Sends positions: each courier's once a second, in a request of its own. */
async function send(
  { hostname: host, port }: URL,
  couriers: readonly string[],
  durationMs: number,
) {
  const result = await load({
    host,
    port: Number(port),
    connections: SENDERS,
    durationMs,
    ratePerS: couriers.length,
    request(n) {
      const ts = new Date().toISOString();
      const row = {
        courier_id: couriers[n % couriers.length],
        ts,
        // Eleven metres farther each time, because a faster courier would count as a jump.
        lat: 53.5 + Math.floor(n / couriers.length) / 1e4,
        lng: 9.9 + (n % couriers.length) / 1e4,
        accuracy_m: 8,
        speed_kmh: 31.5,
        heading: 270,
        battery: 81,
      };
      const body = JSON.stringify([row]);
      return Buffer.from(
        `POST /v1/positions HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${HUB_TEST_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    },
  });
  const refused = Object.keys(result.statuses).filter((status) => status !== '202');
  if (refused.length > 0) throw new Error(`positions: ${JSON.stringify(result.statuses)}`);
  return result;
}

function order(given: Order): Promise<unknown> {
  return ask(client, given);
}

async function ask<T>(child: ChildProcess, given: Order | string): Promise<T> {
  const answered = once(child, 'message');
  child.send(given);
  const [answer] = (await answered) as [{ result?: T; failed?: string } & T];
  if (answer.failed !== undefined) throw new Error(answer.failed);
  return 'result' in answer ? (answer.result as T) : answer;
}

function hubMs(): number | null {
  return hub.child.pid === undefined ? null : processorMs(hub.child.pid, postmasterPid(data));
}

/**
 * Inserts couriers directly into the table, as registration would; their names are never opened.
 */
async function addCouriers(): Promise<string[]> {
  const db = new pg.Client({ connectionString: urlOfRunningServer(data) ?? '' });
  await db.connect();
  const { rows } = await db.query<{ id: string }>(
    `insert into couriers (id, merchant_id, mode, personal, vehicle, on_shift, created_at, updated_at)
     select gen_random_uuid(), (select id from merchants limit 1), 'test', '\\x00', 'van', true, now(), now()
     from generate_series(1, $1) returning id`,
    [COURIERS],
  );
  await db.end();
  return rows.map(({ id }) => `cou_${id.replaceAll('-', '')}`);
}

/** How many files one process may have open. */
function filesAllowed(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

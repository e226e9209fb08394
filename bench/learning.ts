import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import pg from 'pg';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { journeyRows, storeJourneys } from '../src/reactions/predictions/learning/test-journeys.ts';
import { fedexPush, minuteScan, PUSH_SECRET, parcelNumber } from '../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../test/support/hubs/hub-process.ts';
import { deliveredParcels } from '../test/support/parcels/delivered-parcels.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { type LoadResult, load } from './load/http-load.ts';
import { signedRequest } from './load/push-request.ts';

/**
 * Sends pushes at a steady rate to a hub that learns delivery dates meanwhile, and to the same hub
 * while it does not, to measure how learning affects the response time. The two take turns, with
 * the learning process stopped in every second round: PostgreSQL's periodic work (a checkpoint
 * triples p99) would otherwise look like learning, or hide it.
 */
const PUSHES_A_SECOND = isShort() ? 200 : 1_000;
const CONNECTIONS = 64;
const BODY_BYTES = 2_048;
const DAYS = isShort() ? 120 : 250;
const PARCELS_A_DAY = isShort() ? 40 : 400;
const ROUND_MS = isShort() ? 1_000 : 10_000;
/**
 * Maximum of rounds. A duel takes a quarter of an hour with such pushes; a separate check detects
 * its end.
 */
const PAIRS_MAX = isShort() ? 2 : 20;
const WARM_UP_MS = isShort() ? 3_000 : 20_000;
/** The tick of Linux in which /proc counts, in ms. */
const TICK_MS = 10;
const POLL_MS = 100;
const STABLE_POLLS = isShort() ? 10 : 40;
const POLLS_MAX = 600;
const STORED_AT_ONCE = 5_000;
const DISTINCT_REQUESTS = 20_000;

const loadBefore = loadavg().map((one) => Math.round(one * 100) / 100);
const requests = Array.from({ length: DISTINCT_REQUESTS }, (_, n) => signedRequest(bodyOf(n)));
const data = newDataFolder();
const hub = await startHub(data, {
  WAYBILL_ROLES: 'webhooks,worker',
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
});
const url = urlOfRunningServer(data) ?? '';
const client = new pg.Client(url);
await client.connect();
try {
  const parcels = await storeParcels();
  await push(WARM_UP_MS);
  const began = performance.now();
  await orderDuel();
  const alone: number[] = [];
  const beside: number[] = [];
  const learner = await nextLearner();
  let workedMs = 0;
  while (beside.length < PAIRS_MAX) {
    const before = cpuMsOf(learner);
    const round = await push(ROUND_MS);
    const after = cpuMsOf(learner);
    // A round in which the process ended is not counted.
    if (after === null || before === null) break;
    workedMs += after - before;
    process.kill(learner, 'SIGSTOP');
    const { p99Ms } = await push(ROUND_MS);
    process.kill(learner, 'SIGCONT');
    alone.push(p99Ms);
    beside.push(round.p99Ms);
  }
  const learnS = (performance.now() - began) / 1_000;
  say(`p99 alone ${alone.join(', ')} ms, while it learned ${beside.join(', ')} ms`);
  report({
    bench: 'learning',
    value: median(beside),
    unit: 'ms (p99 of a push while delivery dates are learned)',
    baseline: median(alone),
    p50_ms: median(alone),
    p99_ms: median(beside),
    conditions: {
      p50_ms_is: 'p99 of the same pushes while nothing is learned',
      pushes_a_second: PUSHES_A_SECOND,
      parcels,
      took_s: Math.round(learnS),
      learner_worked: Math.round((workedMs / (beside.length * ROUND_MS)) * 1_000) / 1_000,
      learner_worked_is: 'its share of a core in the rounds beside it',
      has_learned: await hasLearned(),
      pairs: beside.length,
      connections: CONNECTIONS,
      body_bytes: BODY_BYTES,
      roles: 'webhooks,worker',
      cores: cpus().length,
      load_before: loadBefore,
      load_generator: 'same machine',
    },
  });
} finally {
  await client.end();
  await hub.stop();
  removeDataFolder(data);
}

/** Stores parcels of the last few months. */
async function storeParcels(): Promise<number> {
  const all = deliveredParcels({ days: DAYS, parcelsADay: PARCELS_A_DAY, seed: 1 });
  const last = all.reduce((ms, { deliveredAt }) => Math.max(ms, deliveredAt?.instantMs ?? 0), 0);
  const now = await client.query<{ ms: number }>(
    'select extract(epoch from now())::float8 * 1000 as ms',
  );
  const shift = Math.floor((now.rows[0]?.ms ?? 0) - last);
  const moved = journeyRows(all).map((row) => ({
    ...row,
    labelMs: null,
    labelWallMs: null,
    promisedDay: null,
    handedOverMs: row.handedOverMs + shift,
    handedOverWallMs: row.handedOverWallMs + shift,
    deliveredMs: (row.deliveredMs ?? 0) + shift,
    deliveredWallMs: (row.deliveredWallMs ?? 0) + shift,
  }));
  for (let from = 0; from < moved.length; from += STORED_AT_ONCE) {
    await storeJourneys(url, moved.slice(from, from + STORED_AT_ONCE));
  }
  await client.query('analyze edd_journeys');
  return moved.length;
}

/** Deletes the model, which is then replaced by a duel out of turn. */
async function orderDuel(): Promise<void> {
  await client.query('delete from edd_models');
  await client.query(
    `insert into edd_models (made_at, fate, why, card, state_at, decided_at)
     select at, 'active', 'to be replaced', '{}', at, at
       from (select now() - interval '9 days' as at) as long_ago`,
  );
  await client.query(`select pg_notify('waybill_edd_models', '')`);
}

/** Finds the process of the duel: the first learning process that runs longer than one check. */
async function nextLearner(): Promise<number> {
  let polls = { pid: 0, many: 0 };
  for (let poll = 0; poll < POLLS_MAX; poll += 1) {
    const pid = learners()[0] ?? 0;
    polls = { pid, many: pid === polls.pid ? polls.many + 1 : 0 };
    if (pid !== 0 && polls.many >= STABLE_POLLS) return pid;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error('the hub does not learn');
}

function learners(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) =>
      wordsOf(pid).some((word) => word.endsWith('/predictions/learning/learn-worker.ts')),
    );
}

/** Processor time of a process so far, in ms; null when it has ended. */
function cpuMsOf(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return null;
  }
}

/** The command line of a process; empty when it has ended, or does not exist. */
function wordsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

async function hasLearned(): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from edd_models where fate = 'active' and state is not null`,
  );
  return (rowCount ?? 0) > 0;
}

async function push(durationMs: number): Promise<LoadResult> {
  const result = await load({
    host: hub.url.hostname,
    port: Number(hub.url.port),
    connections: CONNECTIONS,
    durationMs,
    ratePerS: PUSHES_A_SECOND,
    request: (n) => requests[n % requests.length] ?? Buffer.alloc(0),
  });
  const refused = Object.keys(result.statuses).filter((status) => status !== '200');
  if (refused.length > 0) throw new Error(`answers other than 200: ${refused.join(', ')}`);
  return result;
}

function bodyOf(n: number): string {
  return fedexPush({ number: parcelNumber(n), scans: [minuteScan(n)], bytes: BODY_BYTES });
}

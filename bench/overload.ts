import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { PUSH_SECRET } from '../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../test/support/hubs/hub-process.ts';
import { isShort, report, say } from './figures/report.ts';
import { schedulerTimes, spentSince } from './figures/scheduler-times.ts';
import { startBaseline } from './load/baseline-process.ts';
import { connect, loadShipments } from './load/bulk-load.ts';
import { type BusyLoops, startBusyLoops } from './overload/busy-loops.ts';
import { FACTS_A_PUSH, type Phase, type PhaseResult, parcelOf } from './overload/client-process.ts';
import { watchMemory } from './overload/memory.ts';

/**
 * Sends three times as many pushes as the hub can process, at a steady rate regardless of the
 * answers, from a process of their own, with concurrent lookups. First measures the hub's capacity:
 * the rate at which facts become visible when slightly more than that is offered. With `-- --beside
 * 4`, four busy loops run during the flood, which stays the same; a bare server beside the same
 * loops then gets the same requests.
 */
const CONNECTIONS = 400;
const LOOKUPS_PER_S = 20;
const TIMES = 3;
const PARCELS = 20_000;
const GUESS_PUSHES_A_SECOND = 700;
const GUESS_MS = isShort() ? 4_000 : 12_000;
const CAPACITY_MS = isShort() ? 6_000 : 30_000;
const OVERLOAD_MS = isShort() ? 8_000 : 60_000;
/** The time for opening connections and filling the first batches. */
const BEGIN_MS = isShort() ? 1_000 : 4_000;
/** The factor by which more than the guess is offered, so that the hub never waits for pushes. */
const A_LITTLE_MORE = 1.25;
const DRAIN_MS_MAX = 300_000;
/** The number of busy loops beside the flood. */
const BESIDE = numberAfter('--beside', 0);

const data = newDataFolder();
const hub = await startHub(data, {
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
  WAYBILL_PUBLIC_RATE: 'off',
  WAYBILL_SANDBOX: 'off',
});
const client = fork(fileURLToPath(new URL('./overload/client-process.ts', import.meta.url)), {
  execArgv: ['--import', 'tsx'],
  serialization: 'advanced',
  // In a session of its own, like the hub and the loops: where the kernel groups processes by
  // session, each gets the same share.
  detached: true,
});
let loops: BusyLoops | null = null;
const accepted: number[] = [];
let nextPush = 0;
try {
  const db = await connect(urlOfRunningServer(data) ?? '');
  await loadShipments(db, PARCELS);
  await db.query('analyze');

  await untilWorking();
  const guess = await phase(db, GUESS_PUSHES_A_SECOND, GUESS_MS);
  say(`about ${guess.allPerS} facts/s`);
  const level = await phase(db, (guess.allPerS / FACTS_A_PUSH) * A_LITTLE_MORE, CAPACITY_MS);
  const capacity = Math.max(level.factsPerS, guess.allPerS);
  say(`capacity ${capacity} facts/s; acknowledged within ${level.counted.ackMs.p99} ms (p99)`);
  await pause(1_000);

  const memory = watchMemory(hub.child.pid ?? 0);
  loops = startBusyLoops(BESIDE);
  const floodPerS = (capacity / FACTS_A_PUSH) * TIMES;
  const before = schedulerTimes(hub.child.pid ?? 0);
  const flood = await phase(db, floodPerS, OVERLOAD_MS);
  const scheduled = spentSince(before, schedulerTimes(hub.child.pid ?? 0));
  const { beforeMb, peakMb } = memory.stop();
  const lost = await countLost(db);
  await db.end();
  await hub.stop();
  const bare = BESIDE === 0 ? null : await besideAlone(floodPerS);
  const { counted } = flood;
  report({
    bench: 'overload',
    value: flood.factsPerS,
    unit: 'facts/s',
    baseline: capacity,
    p50_ms: counted.ackMs.p50,
    p99_ms: counted.ackMs.p99,
    capacity,
    goodput: Math.round((flood.factsPerS / capacity) * 1_000) / 1_000,
    ack_p99_ms: counted.ackMs.p99,
    refused: counted.refused,
    refused_p99_ms: counted.refusedMs.p99,
    track_p99_ms: counted.trackMs.p99,
    ...(bare === null
      ? {}
      : { bare_refused_p99_ms: bare.refusedMs.p99, bare_track_p99_ms: bare.trackMs.p99 }),
    rss_mb_before: beforeMb,
    rss_mb_peak: peakMb,
    drain_s: flood.drainS,
    lost,
    conditions: {
      offered_facts_per_s: Math.round(capacity * TIMES),
      offered_pushes: counted.offered,
      acknowledged: counted.accepted.length,
      ack_max_ms: counted.ackMs.max,
      retry_after_s: counted.retryAfterS,
      without_answer: counted.broken,
      odd_answers: counted.odd,
      ack_p99_ms_at_capacity: level.counted.ackMs.p99,
      times: 'from when a request was due',
      duration_s: OVERLOAD_MS / 1_000,
      facts_per_push: FACTS_A_PUSH,
      connections: CONNECTIONS,
      lookups_per_s: LOOKUPS_PER_S,
      busy_loops: BESIDE,
      answering_process: scheduled,
      rss_is: 'answering and working process of the hub',
      cores: cpus().length,
      load_generator: 'same machine, a process of its own',
    },
  });
} finally {
  loops?.stop();
  if (client.connected) client.disconnect();
  if (hub.child.exitCode === null) await hub.stop();
  removeDataFolder(data);
}

/**
 * Sends the same requests to a bare server beside the same loops, which is the best possible on
 * this machine.
 */
async function besideAlone(pushesPerS: number): Promise<PhaseResult> {
  const bare = await startBaseline('refusing-server.ts', {});
  try {
    const { ended } = await offer(bare.url, pushesPerS, OVERLOAD_MS);
    const result = await ended();
    say(JSON.stringify({ bare: { ...result, accepted: result.accepted.length } }));
    return result;
  } finally {
    await bare.stop();
  }
}

/** Waits until the working process runs, which starts after the answering one. */
async function untilWorking(): Promise<void> {
  for (;;) {
    const figures = await (await fetch(new URL('/metrics', hub.url))).text();
    if (figures.includes('process="work"')) return pause(1_000);
    await pause(200);
  }
}

/** Offers pushes and waits until all accepted ones are processed. */
async function phase(db: pg.Client, pushesPerS: number, durationMs: number) {
  const { ended } = await offer(hub.url, pushesPerS, durationMs);
  const beganAtMs = performance.now();
  await pause(BEGIN_MS);
  const from = { facts: await count(db, 'facts'), atMs: performance.now() };
  await pause(durationMs - BEGIN_MS);
  const until = { facts: await count(db, 'facts'), atMs: performance.now() };
  const counted = await ended();
  accepted.push(...counted.accepted);
  say(JSON.stringify({ ...counted, accepted: counted.accepted.length }));
  await drained(db);
  const allS = (performance.now() - beganAtMs) / 1_000;
  return {
    counted,
    /**
     * The rate until the last was processed, including pauses; it is never more than the capacity.
     */
    allPerS: Math.round((counted.accepted.length * FACTS_A_PUSH) / allS),
    factsPerS: Math.round(((until.facts - from.facts) * 1_000) / (until.atMs - from.atMs)),
    drainS: Math.round((performance.now() - until.atMs) / 100) / 10,
  };
}

/** Begins a phase of the client; `ended` waits for its end. */
async function offer(url: URL, pushesPerS: number, durationMs: number) {
  const order: Phase = {
    host: url.hostname,
    port: Number(url.port),
    connections: CONNECTIONS,
    pushesPerS,
    durationMs,
    parcels: PARCELS,
    lookupsPerS: LOOKUPS_PER_S,
    firstPush: nextPush,
  };
  nextPush += Math.ceil((pushesPerS * durationMs) / 1_000) + 1;
  client.send({ say: 'prepare', phase: order });
  await once(client, 'message');
  const result = once(client, 'message') as Promise<[{ result: PhaseResult } | { failed: string }]>;
  client.send({ say: 'go' });
  return {
    async ended(): Promise<PhaseResult> {
      const [answer] = await result;
      if ('failed' in answer) throw new Error(answer.failed);
      return answer.result;
    },
  };
}

async function count(db: pg.Client, table: 'facts' | 'dead'): Promise<number> {
  const what = table === 'facts' ? 'facts' : `inbound messages where fate = 'dead'`;
  const { rows } = await db.query<{ n: string }>(`select count(*) as n from ${what}`);
  return Number(rows[0]?.n);
}

async function drained(db: pg.Client): Promise<void> {
  const deadline = performance.now() + DRAIN_MS_MAX;
  for (;;) {
    const { rowCount } = await db.query(`select from waiting_inbound_messages limit 1`);
    if (rowCount === 0) return;
    if (performance.now() > deadline) throw new Error('the inbox does not empty');
    await pause(100);
  }
}

/**
 * Counts the facts that are missing or surplus. Every scan of a push is a separate fact, so the
 * expected number for each parcel is known.
 */
async function countLost(db: pg.Client): Promise<number> {
  const expected = new Map<string, number>();
  for (const push of accepted) {
    const number = parcelOf(push, PARCELS);
    expected.set(number, (expected.get(number) ?? 0) + FACTS_A_PUSH);
  }
  const { rows } = await db.query<{ number: string; n: string }>(
    `select tracking_number as number, count(*) as n
     from facts join shipments on shipments.id = shipment_id group by tracking_number`,
  );
  for (const { number, n } of rows) {
    expected.set(number, Math.max(0, (expected.get(number) ?? 0) - Number(n)));
  }
  const facts = [...expected.values()].reduce((sum, missing) => sum + missing, 0);
  return Math.ceil(facts / FACTS_A_PUSH) + (await count(db, 'dead'));
}

function numberAfter(option: string, otherwise: number): number {
  const at = process.argv.indexOf(option);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { uuidV7 } from '../src/kernel/ids.ts';
import type { Tenant } from '../src/kernel/tenant.ts';
import { systemClock, systemRandom } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/database/database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { createKeyring } from '../src/platform/sealing/sealing.ts';
import { startTestPostgres } from '../src/platform/test-postgres.ts';
import { createEndpoint, patchEndpoint } from '../src/reactions/merchant-webhooks/index.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { type BaselineProcess, startBaseline } from './load/baseline-process.ts';
import { cpuTimeMs } from './webhooks/cpu-time.ts';
import { happenSteadily, happenToAll, newParcels, type Parcel } from './webhooks/events.ts';

/**
 * Measures webhooks a second from the event log to a merchant's endpoint, each attempt on disk,
 * compared with bare loops of signed posts to the same receiver over as many connections: one that
 * stores nothing, and one that also stores its attempts. With `--isolation`: the delay of webhooks
 * while one endpoint in twenty hangs, compared with the delay while none does.
 */
const MASTER_KEY = 'cd'.repeat(32);
const CONNECTIONS = 64;
const BODY_BYTES = 1_060;
const PARCELS = isShort() ? 1_000 : 6_000;
/**
 * The rounds after which everything is compiled and connected: 24,000 webhooks, and as many posts
 * of each loop.
 */
const WARM_UP_ROUNDS = isShort() ? 1 : 4;
const ROUNDS = isShort() ? 2 : 9;
const ENDPOINTS = isShort() ? 200 : 1_000;
const HANGING = 0.05;
const CHANGES_PER_S = 200;
const STEADY_MS = isShort() ? 3_000 : 15_000;
const ISOLATION_ROUNDS = isShort() ? 1 : 5;
/** How long to wait for hanging requests to end; each is aborted after twelve seconds. */
const HUNG_GONE_MS = 13_000;
const SETTLED_MS_MAX = 60_000;

interface Figures {
  readonly posts: number;
  readonly hung: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const postgres = await startTestPostgres({ durable: true });
await migrate(postgres.url);
const db = openDatabase({ url: postgres.url });
const receiver = await startBaseline('webhook-receiver.ts', {});
const engines: BaselineProcess[] = [];
const deps = {
  db,
  clock: systemClock,
  randomBytes: systemRandom,
  keyring: createKeyring([Buffer.from(MASTER_KEY, 'hex')], systemRandom),
  post: () => Promise.reject(new Error('nothing is sent from here')),
};
/** Called when the measured part of a turn begins. */
let begun = (): void => {};
try {
  if (process.argv.includes('--isolation')) await isolation();
  else await throughput();
} finally {
  for (const engine of engines) await engine.stop();
  await receiver.stop();
  await db.end();
  await postgres.stop();
}

async function throughput(): Promise<void> {
  const tenant = await newTenant('bench');
  await newEndpoint(tenant, '/hook');
  const bare = await startBaseline('bare-posts.ts', {
    TARGET: new URL('/hook', receiver.url).href,
    CONCURRENCY: String(CONNECTIONS),
    BODY_BYTES: String(BODY_BYTES),
    DATABASE_URL: postgres.url,
  });
  const engine = await startEngine();
  const parcels = newParcels(PARCELS, () => tenant);
  const contenders: readonly Contender[] = [
    { name: 'engine', pid: engine.pid, turn: () => allAtOnce(engine, parcels) },
    { name: 'bare', pid: bare.pid, turn: () => barePosts(bare, 'http') },
    { name: 'bare_durable', pid: bare.pid, turn: () => barePosts(bare, 'durable') },
    { name: 'bare_fetch', pid: bare.pid, turn: () => barePosts(bare, 'fetch') },
  ];
  const turns = new Map<string, Turn[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1 - WARM_UP_ROUNDS; round <= ROUNDS; round += 1) {
    for (const { name, pid, turn } of contenders) {
      const { perS, cpu } = await measured(pid, turn);
      if (round > 0) turns.get(name)?.push({ perS, cpu });
      const ms = Object.entries(cpu).map(([who, each]) => `${who} ${each} ms`);
      say(`round ${round}: ${name} ${perS}/s; processor time for 1,000: ${ms.join(', ')}`);
    }
  }
  await bare.stop();
  await figures();
  await happenSteadily(db, parcels, { perS: CHANGES_PER_S, durationMs: STEADY_MS });
  await settled();
  const steady = await figures();
  const perS = (name: string): number[] => turns.get(name)?.map((turn) => turn.perS) ?? [];
  report({
    bench: 'webhooks',
    value: median(perS('engine')),
    unit: 'webhooks/s',
    baseline: median(perS('bare')),
    p50_ms: steady.p50Ms,
    p99_ms: steady.p99Ms,
    conditions: {
      value_is: 'from the log, in which all has happened, until the last attempt is on disk',
      baseline_is: 'loops of sign and post by node:http in one process, nothing kept',
      bare_durable: median(perS('bare_durable')),
      bare_durable_is: 'the same, and each attempt committed with others before the loop goes on',
      ratio_to_bare_durable: medianRatio(perS('engine'), perS('bare_durable')),
      bare_fetch: median(perS('bare_fetch')),
      ratio_to_bare_fetch: medianRatio(perS('engine'), perS('bare_fetch')),
      ratio_in_rounds: medianRatio(perS('engine'), perS('bare')),
      engine_at_best: Math.max(...perS('engine')),
      processor_ms_for_1000: Object.fromEntries(
        [...turns].map(([name, some]) => [name, medianCpu(some)]),
      ),
      latency_is: `from the change to the receiver, at ${CHANGES_PER_S} changes/s for ${STEADY_MS / 1_000} s`,
      connections: CONNECTIONS,
      body_bytes: BODY_BYTES,
      webhooks_a_round: PARCELS,
      rounds: ROUNDS,
      fsync: true,
      cores: cpus().length,
      receiver: 'same machine',
    },
  });
}

async function isolation(): Promise<void> {
  const tenants: Tenant[] = [];
  const hanging: Hanging[] = [];
  for (let n = 0; n < ENDPOINTS; n += 1) {
    const tenant = await newTenant(`shop-${n}`);
    const hangs = n % (1 / HANGING) === 0;
    const id = await newEndpoint(tenant, hangs ? `/hang/${n}` : `/hook/${n}`);
    if (hangs) hanging.push({ tenant, id });
    else tenants.push(tenant);
  }
  await startEngine();
  const parcelsOf = (some: readonly Tenant[]) =>
    newParcels(some.length * 2, (n) => some[n % some.length] as Tenant);
  // The same rate to healthy endpoints at all times; in every second turn the hanging ones get
  // events, too.
  const rate = { perS: CHANGES_PER_S, durationMs: STEADY_MS / 2 };
  const well = parcelsOf(tenants);
  const ill = parcelsOf(hanging.map(({ tenant }) => tenant));
  const turn = async (withHanging: boolean): Promise<Figures> => {
    await figures();
    await Promise.all([
      happenSteadily(db, well, rate),
      withHanging && happenSteadily(db, ill, { ...rate, perS: CHANGES_PER_S * HANGING }),
    ]);
    await pause(1_000);
    return figures();
  };
  /** Makes sure that afterwards no request hangs, and none is retried. */
  const endHanging = async (): Promise<void> => {
    await switchAll(hanging, 'disabled');
    await pause(HUNG_GONE_MS);
    await switchAll(hanging, 'active');
    await pause(1_000);
  };
  await turn(false);
  await turn(true);
  const without: Figures[] = [];
  const beside: Figures[] = [];
  for (let round = 1; round <= ISOLATION_ROUNDS; round += 1) {
    await endHanging();
    without.push(await turn(false));
    beside.push(await turn(true));
    say(`round ${round}: p99 ${without.at(-1)?.p99Ms} ms, with hanging ${beside.at(-1)?.p99Ms} ms`);
  }
  const p99 = (some: readonly Figures[]): number[] => some.map(({ p99Ms }) => p99Ms);
  report({
    bench: 'webhooks-isolation',
    value: median(p99(beside)),
    unit: 'ms, p99 of the endpoints that do not hang',
    baseline: median(p99(without)),
    p50_ms: median(beside.map(({ p50Ms }) => p50Ms)),
    p99_ms: median(p99(beside)),
    conditions: {
      endpoints: ENDPOINTS,
      hanging: hanging.length,
      requests_that_hung: beside.map(({ hung }) => hung),
      changes_per_s: CHANGES_PER_S,
      baseline_is: 'the same in turns, with nothing sent to those that hang',
      baseline_p50_ms: median(without.map(({ p50Ms }) => p50Ms)),
      ratio_in_rounds: medianRatio(p99(beside), p99(without)),
      rounds: ISOLATION_ROUNDS,
      cores: cpus().length,
      receiver: 'same machine',
    },
  });
}

/** Switches these endpoints on or off; events missed meanwhile are never sent. */
async function switchAll(some: readonly Hanging[], state: 'active' | 'disabled'): Promise<void> {
  for (const { tenant, id } of some) {
    await patchEndpoint(deps, tenant, id, { state, missed: 'cancel' });
  }
}

interface Hanging {
  readonly tenant: Tenant;
  readonly id: string;
}

/** A sender that takes turns with the others. */
interface Contender {
  readonly name: string;
  readonly pid: number;
  /** Runs a turn; returns its rate per second. */
  readonly turn: () => Promise<number>;
}

interface Turn {
  readonly perS: number;
  /** The CPU time for 1,000, in ms; empty if the system does not report it. */
  readonly cpu: Readonly<Record<string, number>>;
}

async function measured(pid: number, turn: () => Promise<number>): Promise<Turn> {
  const pids = { sender: pid, postgres: postgres.pid(), receiver: receiver.pid };
  const spent = () => Object.entries(pids).map(([who, each]) => [who, cpuTimeMs(each)] as const);
  // Reset when the measured part begins: the engine's turn begins with writing to the log, which is
  // not its work.
  let before = spent();
  begun = () => {
    before = spent();
  };
  const perS = await turn();
  const cpu: Record<string, number> = {};
  spent().forEach(([who, ms], index) => {
    const from = before[index]?.[1] ?? null;
    if (ms !== null && from !== null) cpu[who] = Math.round((ms - from) / (PARCELS / 1_000));
  });
  return { perS, cpu };
}

function medianCpu(turns: readonly Turn[]): Record<string, number> {
  const names = Object.keys(turns[0]?.cpu ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(turns.map((t) => t.cpu[name] ?? 0))]),
  );
}

/** The median of the ratios of all rounds: in a round, other load was about the same for both. */
function medianRatio(values: readonly number[], baselines: readonly number[]): number {
  const ratios = values.map((value, index) => value / (baselines[index] ?? value));
  return Math.round(median(ratios) * 1_000) / 1_000;
}

async function startEngine(): Promise<BaselineProcess> {
  const engine = await startBaseline('../webhooks/engine-process.ts', {
    DATABASE_URL: postgres.url,
    MASTER_KEY,
    ...(process.env['WAYBILL_PROFILE'] && { WAYBILL_PROFILE: process.env['WAYBILL_PROFILE'] }),
  });
  engines.push(engine);
  return engine;
}

/**
 * Measures webhooks a second after something has happened to all parcels at once. The engine is
 * stopped while that is written, because it is not part of its work, and would take CPU from it.
 */
async function allAtOnce({ pid }: BaselineProcess, parcels: readonly Parcel[]): Promise<number> {
  process.kill(pid, 'SIGSTOP');
  await happenToAll(db, parcels);
  begun();
  const startedAt = performance.now();
  process.kill(pid, 'SIGCONT');
  await settled();
  return Math.round(parcels.length / ((performance.now() - startedAt) / 1_000));
}

async function barePosts(bare: BaselineProcess, by: string): Promise<number> {
  const answer = await fetch(new URL(`/?posts=${PARCELS}&by=${by}`, bare.url));
  const { tookMs } = (await answer.json()) as { tookMs: number };
  return Math.round(PARCELS / (tookMs / 1_000));
}

async function figures(): Promise<Figures> {
  return (await (await fetch(new URL('/figures', receiver.url))).json()) as Figures;
}

/** Waits until all entries have been read and nothing waits to be sent. */
async function settled(): Promise<void> {
  const deadline = performance.now() + SETTLED_MS_MAX;
  for (;;) {
    // Named, so that it is planned once and affects the measurement as little as possible.
    const { rows } = await db.pipeline.query<{ open: boolean }>({
      name: 'open',
      text: `select exists (select from webhook_queues where due_at is not null)
                 or exists (select from event_log e join consumer_cursors c
                              on c.consumer = 'merchant-webhooks' and c.shard = e.shard
                            where e.position > c.position) as open`,
    });
    if (rows[0]?.open === false) return;
    if (performance.now() > deadline) throw new Error('webhooks are not sent to the end');
    await pause(10);
  }
}

async function newTenant(slug: string): Promise<Tenant> {
  const merchantId = uuidV7(Date.now(), systemRandom(10));
  await db.pipeline.query('insert into merchants (id, slug, name) values ($1, $2, $2)', [
    merchantId,
    slug,
  ]);
  return { merchantId, mode: 'live' };
}

async function newEndpoint(tenant: Tenant, path: string): Promise<string> {
  const url = new URL(path, receiver.url).href;
  const made = await createEndpoint(deps, tenant, { url, events: ['*'] });
  if (made === null) throw new Error('a tenant may have one endpoint');
  return made.endpoint.id;
}

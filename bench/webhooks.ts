import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { uuidV7 } from '../src/kernel/ids.ts';
import type { Tenant } from '../src/kernel/tenant.ts';
import { systemClock, systemRandom } from '../src/platform/clock.ts';
import { type Database, openDatabase } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrate.ts';
import { createKeyring } from '../src/platform/sealing.ts';
import { startTestPostgres } from '../src/platform/test-postgres.ts';
import { createEndpoint } from '../src/reactions/merchant-webhooks/index.ts';
import { type BaselineProcess, startBaseline } from './baseline-process.ts';
import { isShort, median, report, say } from './report.ts';
import { happenSteadily, happenToAll, newParcels, type Parcel } from './webhooks/events.ts';

/**
 * Webhooks a second from the event log to a merchant's endpoint, each attempt on disk, beside a
 * bare loop of signed posts, each attempt on disk too, to the same receiver with as many connections. With `--isolation`: how
 * late webhooks are while one endpoint in twenty hangs, beside how late they are while none does.
 */
const MASTER_KEY = 'cd'.repeat(32);
const CONNECTIONS = 64;
const BODY_BYTES = 1_060;
const PARCELS = isShort() ? 1_000 : 6_000;
const ROUNDS = isShort() ? 2 : 7;
const ENDPOINTS = isShort() ? 200 : 1_000;
const HANGING = 0.05;
const CHANGES_PER_S = 200;
const STEADY_MS = isShort() ? 3_000 : 15_000;
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
  await startEngine();
  const parcels = newParcels(PARCELS, () => tenant);
  // Connections are opened and code is compiled.
  await allAtOnce(parcels);
  await barePosts(bare);
  const ours: number[] = [];
  const theirs: number[] = [];
  const fetches: number[] = [];
  const leanest: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    ours.push(await allAtOnce(parcels));
    theirs.push(await barePosts(bare));
    fetches.push(await barePosts(bare, 'fetch'));
    leanest.push(await barePosts(bare, 'http'));
    const volatile = `fetch ${fetches.at(-1)}/s, node:http ${leanest.at(-1)}/s`;
    const others = `bare ${theirs.at(-1)}/s, with nothing on disk ${volatile}`;
    say(`round ${round}: engine ${ours.at(-1)}/s, ${others}`);
  }
  await bare.stop();
  await figures();
  await happenSteadily(db, parcels, { perS: CHANGES_PER_S, durationMs: STEADY_MS });
  await settled();
  const steady = await figures();
  report({
    bench: 'webhooks',
    value: median(ours),
    unit: 'webhooks/s',
    baseline: median(theirs),
    p50_ms: steady.p50Ms,
    p99_ms: steady.p99Ms,
    conditions: {
      connections: CONNECTIONS,
      body_bytes: BODY_BYTES,
      webhooks_a_round: PARCELS,
      rounds: ROUNDS,
      value_is: 'from the log, in which all has happened, until the last attempt is on disk',
      baseline_is: 'loops of sign, post by node:http, commit the attempt with others',
      nothing_on_disk_by_fetch: median(fetches),
      nothing_on_disk_by_node_http: median(leanest),
      latency_is: `from the change to the receiver, at ${CHANGES_PER_S} changes/s for ${STEADY_MS / 1_000} s`,
      best_ratio: Math.max(...ours.map((each, nr) => each / (theirs[nr] ?? each))),
      fsync: true,
      cores: cpus().length,
      receiver: 'same machine',
    },
  });
}

async function isolation(): Promise<void> {
  const tenants: Tenant[] = [];
  for (let n = 0; n < ENDPOINTS; n += 1) {
    const tenant = await newTenant(`shop-${n}`);
    const hangs = n % (1 / HANGING) === 0;
    await newEndpoint(tenant, hangs ? `/hang/${n}` : `/hook/${n}`);
    tenants.push(tenant);
  }
  await startEngine();
  const parcelsOf = (some: readonly Tenant[]) =>
    newParcels(some.length * 2, (n) => some[n % some.length] as Tenant);
  const well = tenants.filter((_, n) => n % (1 / HANGING) !== 0);
  // The same rate to those that are well; in the second half those that hang are told besides.
  const rate = { perS: CHANGES_PER_S, durationMs: STEADY_MS / 2 };
  const parts = {
    alone: parcelsOf(well),
    hanging: parcelsOf(tenants.filter((tenant) => !well.includes(tenant))),
  };
  const phase = async (withHanging: boolean): Promise<Figures> => {
    await Promise.all([
      happenSteadily(db, parts.alone, rate),
      ...(withHanging
        ? [happenSteadily(db, parts.hanging, { ...rate, perS: CHANGES_PER_S * HANGING })]
        : []),
    ]);
    await pause(1_000);
    return figures();
  };
  await phase(false);
  const without: Figures[] = [];
  const beside: Figures[] = [];
  for (let round = 1; round <= (isShort() ? 1 : 4); round += 1) {
    without.push(await phase(false));
    beside.push(await phase(true));
    say(`round ${round}: p99 ${without.at(-1)?.p99Ms} ms, with hanging ${beside.at(-1)?.p99Ms} ms`);
  }
  report({
    bench: 'webhooks-isolation',
    value: median(beside.map(({ p99Ms }) => p99Ms)),
    unit: 'ms, p99 of the endpoints that do not hang',
    baseline: median(without.map(({ p99Ms }) => p99Ms)),
    p50_ms: median(beside.map(({ p50Ms }) => p50Ms)),
    p99_ms: median(beside.map(({ p99Ms }) => p99Ms)),
    conditions: {
      endpoints: ENDPOINTS,
      hanging: ENDPOINTS * HANGING,
      requests_that_hung: beside.at(-1)?.hung,
      changes_per_s: CHANGES_PER_S,
      baseline_is: 'the same without events for those that hang, in turns',
      baseline_p50_ms: median(without.map(({ p50Ms }) => p50Ms)),
      cores: cpus().length,
      receiver: 'same machine',
    },
  });
}

async function startEngine(): Promise<void> {
  const engine = await startBaseline('../webhooks/engine-process.ts', {
    DATABASE_URL: postgres.url,
    MASTER_KEY,
    ...(process.env['WAYBILL_PROFILE'] && { WAYBILL_PROFILE: process.env['WAYBILL_PROFILE'] }),
  });
  engines.push(engine);
}

/**
 * Webhooks a second when something has happened to all parcels at once. The engine stands still
 * while that is written: it is no part of its work, and would take its processor.
 */
async function allAtOnce(parcels: readonly Parcel[]): Promise<number> {
  const pid = Number(engines[0]?.url.pathname.slice(1));
  process.kill(pid, 'SIGSTOP');
  await happenToAll(db, parcels);
  const startedAt = performance.now();
  process.kill(pid, 'SIGCONT');
  await settled();
  return Math.round(parcels.length / ((performance.now() - startedAt) / 1_000));
}

async function barePosts(bare: BaselineProcess, by = 'durable'): Promise<number> {
  const answer = await fetch(new URL(`/?posts=${PARCELS}&by=${by}`, bare.url));
  const { tookMs } = (await answer.json()) as { tookMs: number };
  return Math.round(PARCELS / (tookMs / 1_000));
}

async function figures(): Promise<Figures> {
  return (await (await fetch(new URL('/figures', receiver.url))).json()) as Figures;
}

/** Until all entries have been read and nothing waits. */
async function settled(): Promise<void> {
  const deadline = performance.now() + SETTLED_MS_MAX;
  for (;;) {
    const { rows } = await db.pipeline.query<{ open: boolean }>(
      `select exists (select from webhook_lanes where due_at is not null)
           or exists (select from event_log e join consumer_cursors c
                        on c.consumer = 'merchant-webhooks' and c.shard = e.shard
                      where e.position > c.position) as open`,
    );
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

async function newEndpoint(tenant: Tenant, path: string): Promise<void> {
  const keyring = createKeyring([Buffer.from(MASTER_KEY, 'hex')], systemRandom);
  const post = () => Promise.reject(new Error('nothing is sent from here'));
  const deps = { db: db as Database, keyring, clock: systemClock, randomBytes: systemRandom, post };
  const url = new URL(path, receiver.url).href;
  await createEndpoint(deps, tenant, { url, events: ['*'] });
}

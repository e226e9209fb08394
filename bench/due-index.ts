import { cpus } from 'node:os';
import pg from 'pg';
import { readEntry, type StoredEntry } from '../src/events/read-entry.ts';
import { uuidV7 } from '../src/kernel/ids.ts';
import { ensureMerchant } from '../src/merchants/index.ts';
import { systemClock, systemRandom } from '../src/platform/clock.ts';
import { openDatabase } from '../src/platform/database/database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { startTestPostgres } from '../src/platform/test-postgres.ts';
import { chooseDue } from '../src/poller/due/choose.ts';
import { project } from '../src/poller/due/projection.ts';
import type { TargetGroup } from '../src/poller/due/target.ts';
import { leaseTargets } from '../src/poller/due/targets.sql.ts';
import { compileTables } from '../src/poller/hazard/compile.ts';
import { SHIPPED_PRIOR } from '../src/poller/hazard/shipped-prior.ts';
import { adaptivePolicy } from '../src/poller/policy/adaptive.ts';
import { isShort, median, report, say } from './figures/report.ts';

/**
 * Measures choosing the next 1,000 calls among 1,000,000 parcels of one account, with few of them
 * due and with all overdue, compared with `order by value desc limit 1000` over those that are due.
 * Also measures the cost of maintaining the index for each fact: log entries are processed in
 * batches.
 */
const TARGETS = isShort() ? 50_000 : 1_000_000;
const WANTED = 1_000;
const TURNS = isShort() ? 20 : 200;
const NAIVE_TURNS = isShort() ? 3 : 7;
const ENTRIES = isShort() ? 2_000 : 20_000;
const BATCH = 200;
/**
 * The rate at which bench:pipeline uses two cores fully (docs/benchmarks.md). Processing entries
 * uses one at a time, here or at the server, so its time is compared with a fact's core time.
 */
const FACTS_A_SECOND = 3_000;
const PIPELINE_CORES = 2;
const FACTS_AN_ENTRY = 3;
const HOUR_MS = 3_600_000;

const tables = compileTables(SHIPPED_PRIOR);
const plan = {
  policy: adaptivePolicy(tables),
  tables,
  spend: { price: 0.5, ceilingS: 43_200, floorS: 900 },
};
const server = await startTestPostgres({ durable: true });
try {
  await migrate(server.url);
  const db = openDatabase({ url: server.url });
  const merchant = { id: uuidV7(systemClock.nowMs(), systemRandom(10)), slug: 'b', name: 'b' };
  const { id: merchantId } = await ensureMerchant(db.pipeline, merchant);
  const group: TargetGroup = { merchantId, mode: 'live', carrier: 'acme' };
  const nowMs = systemClock.nowMs();
  await load(server.url, group, nowMs);
  say(`${TARGETS} parcels loaded`);

  const few = await turns(() => chooseDue(db.pipeline, group, WANTED, nowMs, plan));
  say(`few due: ${show(few.times)}`);
  const laterMs = nowMs + 30 * HOUR_MS;
  const all = await turns(() => chooseDue(db.pipeline, group, WANTED, laterMs, plan));
  say(`all due: ${show(all.times)}`);
  const naiveTimes: number[] = [];
  let naive: { value: number }[] = [];
  for (let index = 0; index < NAIVE_TURNS; index += 1) {
    const began = performance.now();
    const { rows } = await db.pipeline.query<{ value: number }>(
      `select *, value + urgency * ($4 - extract(epoch from due_at)::float8) / 3600 as now
       from poll_targets where merchant_id = $1 and mode = $2 and carrier = $3
         and ended_at is null and due_at <= to_timestamp($4)
       order by now desc limit ${WANTED}`,
      [merchantId, group.mode, group.carrier, laterMs / 1_000],
    );
    naive = rows;
    naiveTimes.push(performance.now() - began);
  }
  say(`all due, naive: ${show(naiveTimes)}`);
  const leased = await leaseAll(
    db.pipeline,
    group,
    all.last.map((each) => each.trackingNumber),
  );
  say(`leasing ${leased.count} in one statement: ${leased.tookMs} ms`);
  const addedMs = await costOfEntries(db, group);
  const factMs = (PIPELINE_CORES * 1_000) / FACTS_A_SECOND;
  const perFactMs = addedMs / FACTS_AN_ENTRY;
  await db.end();
  report({
    bench: 'due-index',
    value: at(all.times, 0.99),
    unit: 'ms p99, choosing 1,000 of 1,000,000 that are all due',
    baseline: round(median(naiveTimes)),
    p50_ms: at(all.times, 0.5),
    p99_ms: at(all.times, 0.99),
    conditions: {
      targets: TARGETS,
      chosen: all.last.length,
      few_due_p50_ms: at(few.times, 0.5),
      few_due_p99_ms: at(few.times, 0.99),
      few_due_chosen: few.last.length,
      baseline_is: 'order by value desc limit 1000 over all that is due, median',
      baseline_rows: naive.length,
      lease_ms: leased.tookMs,
      entry_added_ms: round(addedMs),
      fact_added_share: round(perFactMs / factMs),
      fact_is: `${FACTS_AN_ENTRY} an entry; ${FACTS_A_SECOND} a second on ${PIPELINE_CORES} cores`,
      cores: cpus().length,
    },
  });
} finally {
  await server.stop();
}

/**
 * Fills the index by statements of the server itself, with due times and urgencies as after a day
 * of polling.
 */
async function load(url: string, group: TargetGroup, nowMs: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('set synchronous_commit = off; set session_replication_role = replica');
  await client.query(
    `insert into poll_targets (merchant_id, mode, carrier, tracking_number, shipment_id, sequence,
       status, confirmed, service, time_zone, created_at, last_fact_at, last_update_at,
       last_polled_at, last_confirmed_at, known, last_hash, history, due_at, value, urgency,
       value_class, reason, why, timer_at)
     select $1, $2, $3, 'N' || lpad(n::text, 12, '0'), gen_random_uuid(), 3,
       (array['created','picked_up','in_transit','at_facility','out_for_delivery'])[1 + n % 5],
       true, 'ground', (array['America/New_York','America/Chicago','Europe/Berlin'])[1 + n % 3],
       now - interval '3 days', now - age, now - age, now - pause, now - pause, true,
       md5(n::text), '[["picked_up",1760000000],["in_transit",1760040000]]',
       case when n % 500 = 0 then now - random() * interval '1 hour'
            else now + random() * interval '12 hours' end,
       0.5, u, least(13, greatest(0, round(log(2, u::numeric))::int + 8)), 'hazard',
       'By then an update of a parcel is likely enough to be worth a call: after 3 h.',
       now + interval '4 days'
     from (select n, to_timestamp($4 / 1000.0) as now, random() * interval '40 hours' as age,
             random() * interval '8 hours' as pause, 0.02 * 2 ^ (random() * 8) as u
           from generate_series(1, $5::int) as n) as parcel`,
    [group.merchantId, group.mode, group.carrier, nowMs, TARGETS],
  );
  await client.query('vacuum (analyze) poll_targets');
  await client.end();
}

async function turns<T>(work: () => Promise<T>): Promise<{ times: number[]; last: T }> {
  let last = await work();
  for (let index = 0; index < 5; index += 1) last = await work();
  const times: number[] = [];
  for (let index = 0; index < TURNS; index += 1) {
    const began = performance.now();
    last = await work();
    times.push(performance.now() - began);
  }
  return { times, last };
}

async function leaseAll(db: pg.Pool, group: TargetGroup, numbers: readonly string[]) {
  const nowMs = systemClock.nowMs() + 30 * HOUR_MS;
  const began = performance.now();
  const leased = await leaseTargets(db, group, numbers, { nowMs, untilMs: nowMs + 160_000 });
  return { count: leased.length, tookMs: round(performance.now() - began) };
}

/**
 * Measures the milliseconds for each entry: updates of parcels all over the index, in the order of
 * the log.
 */
async function costOfEntries(db: ReturnType<typeof openDatabase>, group: TargetGroup) {
  const entries = Array.from({ length: ENTRIES }, (_, n) => entryOf(group, (n * 37) % TARGETS));
  const deps = { db, clock: systemClock, planOf: async () => plan };
  const began = performance.now();
  for (let from = 0; from < entries.length; from += BATCH) {
    await project(deps, entries.slice(from, from + BATCH).map(readEntry));
  }
  return (performance.now() - began) / ENTRIES;
}

function entryOf(group: TargetGroup, n: number): StoredEntry {
  const nowMs = systemClock.nowMs();
  const at = new Date(nowMs).toISOString();
  const id = uuidV7(nowMs, systemRandom(10));
  return {
    id,
    subjectId: id,
    sequence: 4,
    shard: 0,
    position: 1n,
    previousAttributes: {},
    tenant: { merchantId: group.merchantId, mode: group.mode },
    type: 'shipment.status_changed',
    occurredAtMs: nowMs,
    recordedAtMs: nowMs,
    data: {
      id,
      carrier: group.carrier,
      tracking_number: `N${String(n + 1).padStart(12, '0')}`,
      status: 'at_facility',
      confirmed: true,
      last_event_at: at,
      created_at: at,
      time_zone: 'America/New_York',
    },
  };
}

function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function show(times: readonly number[]): string {
  return `p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms`;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

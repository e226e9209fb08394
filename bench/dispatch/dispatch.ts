import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import {
  callApi,
  isAtWork,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { isShort, report, say } from '../figures/report.ts';
import { connect } from '../load/bulk-load.ts';
import { type Callers, callersOf } from './callers.ts';
import { startPeople } from './people.ts';
import { timePlans } from './plan.ts';
import { anywhere, seeded, wayIn } from './town.ts';

/**
 * Three things: how long a plan for all open deliveries takes where 600 a second come to 20,000 couriers,
 * against asking PostgreSQL for the nearest free courier of each; how long 60 deliveries a second wait for a
 * courier where 2,000 people are asked; and whether a delivery that several take at once ever has two.
 */
const PLAN = { couriers: isShort() ? 4_000 : 20_000, turns: isShort() ? 20 : 400, each: 30 };
/** A second's worth at once, as after a standstill. */
const HEAP = { couriers: PLAN.couriers, turns: isShort() ? 3 : 12, each: isShort() ? 120 : 600 };
const NAIVE_ASKED = isShort() ? 20 : 200;
const COURIERS = isShort() ? 200 : 2_000;
const PER_S = isShort() ? 6 : 60;
const DURATION_S = isShort() ? 5 : 60;
const RACES = option('races', isShort() ? 20 : 2_000);
/** A shop sends with one; couriers' answers, which come with keys of their own phones, with the others. */
const KEYS = 9;
const RACERS = 4;
const RACES_AT_ONCE = 4;
const SETTLE_MS_MAX = 60_000;

const load = loadavg().map((each) => Math.round(each * 10) / 10);
const plan = percentiles(timePlans(PLAN));
say(`a plan for ${PLAN.each} deliveries over ${PLAN.couriers} couriers: p99 ${plan.p99Ms} ms`);
const heap = percentiles(timePlans(HEAP));
say(`for ${HEAP.each} at once: p50 ${heap.p50Ms}, at most ${heap.p99Ms} ms`);

const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_PUBLIC_RATE: 'off', WAYBILL_SANDBOX: 'off' });
try {
  const client = await connect(urlOfRunningServer(data) ?? '');
  const naiveMs = await naive(client);
  say(`the nearest of ${PLAN.couriers} couriers by a query for each: ${naiveMs} ms for as many`);
  const callers = callersOf(() => hub.url);
  const keys: string[] = [];
  for (let nr = 0; nr < KEYS; nr += 1) {
    const wanted = { name: `dispatch ${nr}`, scopes: ['admin'] };
    keys.push((await callApi<{ key: string }>(hub.url, 'POST', '/v1/api-keys', wanted)).key);
  }
  while (!(await isAtWork(hub))) await pause(100);
  const [shop = '', ...phones] = keys;
  const couriers = await hire(client, callers, phones);
  say(`${couriers.length} couriers`);
  const offered = await offers(client, callers, shop, phones);
  say(
    `${offered.assigned} of ${offered.wanted} assigned, p50 ${offered.p50Ms}, p99 ${offered.p99Ms} ms`,
  );
  const races = await race(client, callers, phones, couriers);
  say(`${races.raced} races, ${races.twoWinners} with two winners, ${races.none} with none`);
  await client.end();
  report({
    bench: 'dispatch',
    value: plan.p99Ms,
    unit: 'ms for a plan, p99',
    baseline: naiveMs,
    p50_ms: offered.p50Ms,
    p99_ms: offered.p99Ms,
    conditions: {
      baseline_is: `${PLAN.each} queries for the nearest free of ${PLAN.couriers} couriers, one after the other`,
      ms_are: 'created until assigned, where couriers are asked',
      plan: { ...PLAN, p50_ms: plan.p50Ms, per_s: 600 },
      at_once: { ...HEAP, p50_ms: heap.p50Ms, max_ms: heap.p99Ms },
      offers: { couriers: COURIERS, per_s: PER_S, duration_s: DURATION_S, ...offered },
      races: { ...races, at_once: RACERS },
      ...{ cores: cpus().length, load_before: load, fsync: true, load_generator: 'same machine' },
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

async function naive(client: Client): Promise<number> {
  const random = seeded(2);
  await client.query('create temporary table places (id int, lat float8, lng float8, free bool)');
  const spots = Array.from({ length: PLAN.couriers }, () => anywhere(random));
  await client.query(
    'insert into places select ordinality, u.lat, u.lng, true from unnest($1::float8[], $2::float8[]) with ordinality as u(lat, lng, ordinality)',
    [spots.map(({ lat }) => lat), spots.map(({ lng }) => lng)],
  );
  const began = performance.now();
  for (let nr = 0; nr < NAIVE_ASKED; nr += 1) {
    const { origin } = wayIn(random);
    await client.query(
      `update places set free = false where id = (select id from places where free
         order by 2 * asin(sqrt(sin(radians(lat - $1) / 2) ^ 2
           + cos(radians($1)) * cos(radians(lat)) * sin(radians(lng - $2) / 2) ^ 2)) limit 1)`,
      [origin.lat, origin.lng],
    );
  }
  return rounded(((performance.now() - began) / NAIVE_ASKED) * PLAN.each);
}

/** Couriers on shift, whose places the matcher knows. */
async function hire(
  client: Client,
  { call }: Callers,
  keys: readonly string[],
): Promise<readonly string[]> {
  const random = seeded(3);
  const ids: string[] = [];
  await atOnce(16, COURIERS, async (nr) => {
    const body = { name: `Courier ${nr}`, vehicle: 'bike', shift: 'on', capacity: { parcels: 3 } };
    ids.push(String((await call(keyFor(keys, nr), 'POST', '/v1/couriers', body)).body['id']));
  });
  const ts = new Date().toISOString();
  for (let from = 0; from < ids.length; from += 500) {
    const places = ids
      .slice(from, from + 500)
      .map((id) => ({ courier_id: id, ts, ...anywhere(random) }));
    await call(keyFor(keys, from), 'POST', '/v1/positions', places);
  }
  for (;;) {
    const { rows } = await client.query<{ known: number }>(
      'select count(*)::int as known from courier_places',
    );
    if ((rows[0]?.known ?? 0) >= COURIERS) return ids;
    await pause(500);
  }
}

async function offers(
  client: Client,
  { call, waits }: Callers,
  shop: string,
  keys: readonly string[],
) {
  const random = seeded(4);
  const waitsBefore = waits();
  let nr = 0;
  const people = startPeople(client, async (shipmentId, courierId, verdict) => {
    const path = `/v1/deliveries/${wire('del', shipmentId)}/${verdict}`;
    nr += 1;
    const body = { courier_id: wire('cou', courierId) };
    return (await call(keyFor(keys, nr), 'POST', path, body)).status;
  });
  const sent: Promise<unknown>[] = [];
  const began = performance.now();
  for (let at = 0; at < PER_S * DURATION_S; at += 1) {
    const dueMs = began + (at * 1_000) / PER_S - performance.now();
    if (dueMs > 1) await pause(dueMs);
    sent.push(call(shop, 'POST', '/v1/deliveries', wantedIn(random)));
  }
  const outcomes = await Promise.allSettled(sent);
  const refused = outcomes.filter(({ status }) => status === 'rejected').length;
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const { rows } = await client.query(`select 1 from deliveries where state = 'open' limit 1`);
    if (rows.length === 0 || performance.now() > deadline) break;
    await pause(200);
  }
  await people.stop();
  const { rows } = await client.query<{ ms: number | null }>(
    'select extract(epoch from assigned_at - created_at)::float8 * 1000 as ms from deliveries',
  );
  const waited = rows.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  const tries = await client.query<{ each: number }>(
    'select count(*)::float8 / greatest(1, (select count(*) from deliveries)) as each from delivery_offers',
  );
  return {
    ...{ wanted: rows.length, refused, assigned: waited.length, ...percentiles(waited) },
    offers_each: rounded(tries.rows[0]?.each ?? 0),
    ...{ answers: people.answers(), too_late: people.late() },
    held_up: waits() - waitsBefore,
  };
}

/** Several couriers take the same delivery in the same moment, again and again. */
async function race(
  client: Client,
  { call }: Callers,
  keys: readonly string[],
  couriers: readonly string[],
) {
  await client.query(`update couriers set capacity_parcels = null`);
  const random = seeded(5);
  let [raced, twoWinners, none] = [0, 0, 0];
  await atOnce(RACES_AT_ONCE, RACES, async (nr) => {
    const key = keyFor(keys, nr);
    const made = await call(key, 'POST', '/v1/deliveries', wantedIn(random));
    const id = String(made.body['delivery_id']);
    const answers = await Promise.all(
      Array.from({ length: RACERS }, (_, each) => {
        const courier = couriers[(nr * RACERS + each) % couriers.length];
        const body = { courier_id: courier };
        return call(keyFor(keys, each), 'POST', `/v1/deliveries/${id}/accept`, body);
      }),
    );
    const winners = answers.filter(({ status }) => status === 200).length;
    raced += 1;
    if (winners > 1) twoWinners += 1;
    if (winners === 0) none += 1;
    await call(key, 'POST', `/v1/deliveries/${id}/cancel`, {});
  });
  const { rows } = await client.query(
    `select shipment_id from delivery_offers where state = 'accepted'
     group by shipment_id having count(*) > 1`,
  );
  return { raced, twoWinners: Math.max(twoWinners, rows.length), none };
}

function wantedIn(random: () => number) {
  const { origin, door } = wayIn(random);
  return { origin, destination: door, package_size: 'small', phone: '+4915112345678' };
}

function keyFor(keys: readonly string[], nr: number): string {
  return keys[nr % keys.length] ?? '';
}

async function atOnce(workers: number, count: number, work: (nr: number) => Promise<void>) {
  let next = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (next < count) {
        next += 1;
        await work(next - 1);
      }
    }),
  );
}

function percentiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.floor(sorted.length * share)] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function wire(prefix: string, uuid: string): string {
  return `${prefix}_${uuid.replaceAll('-', '')}`;
}

function option(name: string, otherwise: number): number {
  const said = process.argv.indexOf(`--${name}`);
  return said < 0 ? otherwise : Number(process.argv[said + 1]);
}

import process from 'node:process';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineCluster } from '../../src/platform/distribution/cluster-check.sql.ts';
import { createTestDatabase, type TestDatabase } from '../../src/platform/test-postgres.ts';
import { findLocalWorker } from '../support/drills/local-worker.ts';
import {
  expectInTimelines,
  type PushedParcel,
  registerParcels,
  startPushes,
} from '../support/drills/push-load.ts';
import { uuidOf } from '../support/drills/recorded.ts';
import { PUSH_SECRET } from '../support/fedex-push.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { pause } from '../support/hubs/kill-under-load.ts';

const isThere = process.env['WAYBILL_CITUS_URL'] !== undefined;
if (!isThere) process.stderr.write('SKIPPED: a dead worker of Citus: no WAYBILL_CITUS_URL\n');
/** A further server with Citus, on which nothing is stored yet: `postgres://postgres@host:port`. */
const SPARE_URL = process.env['WAYBILL_CITUS_SPARE_URL'];
if (SPARE_URL === undefined) {
  process.stderr.write('SKIPPED: another worker of Citus: no WAYBILL_CITUS_SPARE_URL\n');
}

/** How long one worker is away, and how long a drill lasts before and after it. */
const AWAY_MS = Number(process.env['WAYBILL_CITUS_AWAY_S'] ?? 10) * 1_000;
const AROUND_MS = 5_000;
/** 20 pushes a second, unless it is set. */
const PACE = { senders: Number(process.env['WAYBILL_CITUS_SENDERS'] ?? 2), everyMs: 100 };
/** So that none has more scans than a real one, whatever the pace. */
const PARCELS = 16 * PACE.senders;
/** As promised in docs/scale.md. */
const VISIBLE_MS_MAX = 2_000;
const CAUGHT_UP_MS_MAX = 10_000;

describe.skipIf(!isThere)('a hub on a Citus cluster', () => {
  let database: TestDatabase;
  let data: string;
  let hub: RunningHub;
  let db: pg.Client;
  let logged = '';
  beforeAll(async () => {
    database = await createTestDatabase();
    data = newDataFolder();
    hub = await startHub(data, {
      LOG_LEVEL: process.env['WAYBILL_DRILL_LOG'] ?? 'error',
      DATABASE_URL: database.url,
      WAYBILL_REDIS: 'off',
      WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    });
    hub.child.stderr?.on('data', (text) => {
      logged += text;
    });
    db = new pg.Client(database.url);
    await db.connect();
  });
  afterAll(async () => {
    await hub?.stop();
    await db?.end();
    await database?.drop();
    if (data !== undefined) removeDataFolder(data);
    if (process.env['WAYBILL_DRILL_LOG']) process.stderr.write(logged);
  });

  test('whose worker is killed goes on with the parcels of the other, and catches up', async () => {
    const parcels = await registerParcels(hub.url, { from: 0, count: PARCELS });
    const workerOf = await workersOf(db, parcels);
    const [victim] = await nodesOf(db);
    const worker = await findLocalWorker(urlOf(database.url, victim));
    if (victim === undefined || worker === null) {
      process.stderr.write('SKIPPED: the workers of WAYBILL_CITUS_URL are not on this machine\n');
      return;
    }
    const isAffected = ({ id }: PushedParcel) => workerOf.get(id) === victim.worker;
    const affected = parcels.filter(isAffected);
    const others = parcels.filter((each) => !isAffected(each));
    expect(Math.min(affected.length, others.length)).toBeGreaterThan(0);
    const load = startPushes(hub.url, parcels, PACE);
    const watch = watchVisibility(hub.url, others);
    await pause(AROUND_MS);
    worker.kill();
    watch.next();
    const before = load.acknowledged();
    try {
      await pause(AWAY_MS / 2);
      await expectAway(hub.url, affected[0]);
      await pause(AWAY_MS / 2);
      expect(load.acknowledged()).toBeGreaterThan(before);
    } finally {
      await worker.start();
    }
    const backAtMs = performance.now();
    const waited = new Map(affected.map(({ id, acknowledged }) => [id, new Set(acknowledged)]));
    for (const each of affected) {
      await untilVisible(hub.url, { ...each, acknowledged: waited.get(each.id) ?? new Set() });
    }
    const caughtUpMs = performance.now() - backAtMs;
    await pause(AROUND_MS);
    await load.stop();
    const [beforeMs = 0, longestMs = 0] = await watch.stop();
    await expectInTimelines(hub.url, parcels);
    report('worker killed', { acknowledged: load.acknowledged(), beforeMs, longestMs, caughtUpMs });
    // A busy machine is slow without an outage, too.
    expect(longestMs).toBeLessThan(Math.max(VISIBLE_MS_MAX, 2 * beforeMs));
    expect(caughtUpMs).toBeLessThan(CAUGHT_UP_MS_MAX);
    await expect
      .poll(async () => (await db.query(POSTPONED)).rows, { timeout: 10_000 })
      .toEqual([]);
  });

  test.skipIf(SPARE_URL === undefined)(
    'gets another worker and moves shards to it while pushes go on',
    async () => {
      const parcels = await registerParcels(hub.url, { from: PARCELS, count: PARCELS });
      const name = new URL(database.url).pathname.slice(1);
      const spare = new URL(SPARE_URL ?? '');
      await on(new URL('/postgres', spare).href, `create database ${name}`);
      await on(new URL(`/${name}`, spare).href, 'create extension citus');
      const load = startPushes(hub.url, parcels, PACE);
      const watch = watchVisibility(hub.url, parcels);
      try {
        await pause(AROUND_MS / 2);
        const add = 'select citus_add_node($1, $2)';
        await db.query(add, [spare.hostname, Number(spare.port)]);
        await subjectOwnerToRls(db, false);
        await db.query('select citus_rebalance_start()');
        await db.query('select citus_rebalance_wait()');
        await subjectOwnerToRls(db, true);
        await pause(AROUND_MS / 2);
        expect((await nodesOf(db)).every(({ shards }) => shards > 0)).toBe(true);
        expect(await examineCluster(db)).toMatchObject({ workers: 3, faults: [], away: [] });
        await load.stop();
        const [longestMs = 0] = await watch.stop();
        await expectInTimelines(hub.url, parcels);
        report('rebalanced', { acknowledged: load.acknowledged(), longestMs });
        expect(longestMs).toBeLessThan(CAUGHT_UP_MS_MAX);
      } finally {
        await load.stop();
        await hub.stop();
        await on(new URL('/postgres', spare).href, `drop database ${name} with (force)`);
      }
    },
  );
});

/** Of messages that wait for a worker. */
const POSTPONED = 'select partition from waiting_inbound_messages where partition > 8';

interface Node {
  readonly worker: number;
  readonly host: string;
  readonly port: number;
  readonly shards: number;
}

async function nodesOf(db: pg.Client): Promise<Node[]> {
  const { rows } = await db.query<Node>(
    `select n.groupid as worker, n.nodename as host, n.nodeport as port, count(p.shardid)::int as shards
     from pg_dist_node n left join pg_dist_placement p using (groupid)
     where n.groupid > 0 group by 1, 2, 3 order by 1`,
  );
  return rows;
}

function urlOf(url: string, node: Node | undefined): string {
  const { host: hostname, port } = node ?? { host: '', port: 0 };
  return Object.assign(new URL(url), { hostname, port: String(port) }).href;
}

/**
 * Whether row-level security applies to the tables' owner too: while it does, the engine cannot
 * write the rows that it moves.
 */
async function subjectOwnerToRls(db: pg.Client, isSubject: boolean): Promise<void> {
  const { rows } = await db.query<{ name: string }>(
    `select logicalrelid::text as name from pg_dist_partition where partmethod = 'h' order by 1`,
  );
  for (const { name } of rows) {
    await db.query(`alter table ${name} ${isSubject ? '' : 'no '}force row level security`);
  }
}

/** The workers of the parcels, by their ids. */
async function workersOf(
  db: pg.Client,
  parcels: readonly PushedParcel[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ id: string; worker: number }>(
    `select u.id, p.groupid as worker from unnest($1::text[], $2::uuid[]) as u(id, uuid)
     join pg_dist_placement p on p.shardid = get_shard_id_for_distribution_column('facts', u.uuid)`,
    [parcels.map(({ id }) => id), parcels.map(({ id }) => uuidOf(id))],
  );
  return new Map(rows.map(({ id, worker }) => [id, worker]));
}

/** The merchant is asked to come back; the public answer is still there. */
async function expectAway(url: URL, parcel: PushedParcel | undefined): Promise<void> {
  const response = await fetch(new URL(`/v1/shipments/${parcel?.id}`, url), {
    headers: { authorization: `Bearer ${HUB_TEST_KEY}` },
  });
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  const answer = await fetch(new URL(`/v1/track/${parcel?.number}`, url));
  expect(answer.status).toBe(200);
}

/** Resolves when all that was acknowledged so far is in the parcel's timeline. */
async function untilVisible(url: URL, { id, acknowledged }: PushedParcel): Promise<void> {
  const pushed = [...acknowledged];
  for (;;) {
    const shown = await callApi<{ events: { occurred_local: string }[] }>(
      url,
      'GET',
      `/v1/shipments/${id}`,
    ).catch(() => ({ events: [] }));
    const locals = new Set(shown.events.map(({ occurred_local: local }) => local));
    if (pushed.every((local) => locals.has(local))) return;
    await pause(50);
  }
}

/** Checks in turn how long it takes until acknowledged scans of these parcels are visible. */
function watchVisibility(url: URL, parcels: readonly PushedParcel[]) {
  let stopping = false;
  const longestMs = [0];
  const watching = (async () => {
    for (let index = 0; !stopping; index += 1) {
      const parcel = parcels[index % parcels.length];
      if (parcel === undefined) return;
      const beganAtMs = performance.now();
      await untilVisible(url, parcel);
      const last = longestMs.pop() ?? 0;
      longestMs.push(Math.max(last, Math.round(performance.now() - beganAtMs)));
      await pause(20);
    }
  })();
  return {
    /** Begins another period. */
    next: () => void longestMs.push(0),
    /** Returns the longest time in each period, in ms. */
    async stop() {
      stopping = true;
      await watching;
      return longestMs;
    },
  };
}

function report(what: string, figures: Readonly<Record<string, number>>): void {
  const rounded = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value)}`);
  process.stderr.write(`${what}: ${rounded.join(', ')}\n`);
}

async function on(url: string, text: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

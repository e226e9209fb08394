import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { launchHub } from '../../src/app/start-testing.ts';
import {
  startEmbeddedPostgres,
  urlOfRunningServer,
} from '../../src/platform/postgres/embedded-postgres.ts';
import { PUSH_SECRET } from '../../test/support/fedex-push.ts';
import { startBalancer } from '../../test/support/hubs/balancer.ts';
import { HUB_TEST_KEY, startHub } from '../../test/support/hubs/hub-process.ts';
import { runVerb } from '../../test/support/hubs/waybill-verb.ts';
import { report, say } from '../figures/report.ts';
import { connect } from '../load/bulk-load.ts';
import { type Pushing, startPushing, watchReadiness } from './upgrade-pushes.ts';

/**
 * Upgrades a hub under pushes: an older version fills a data folder and serves carriers, this one
 * migrates it and takes over at the same address. Measures how long the hub is not ready, which
 * statements take that time, and whether every row and every acknowledged push is still there. A push
 * without an answer is repeated, as carriers do.
 *     git worktree add ../older 9a873bf1 && (cd ../older && npm ci)
 *     npx tsx bench/retention/upgrade.ts --older ../older --folder /var/tmp/upgrade --parcels
 *     100000 --beside
 * The filled data stays in `--folder`, so that a second run begins with the update of a copy of it.
 */
const older = resolve(optionOf('--older') ?? '../older');
const folder = resolve(optionOf('--folder') ?? 'upgrade');
const PARCELS = Number(optionOf('--parcels') ?? 100_000);
/**
 * Whether the migration runs while the older hub does, which is stopped afterwards; otherwise it is
 * stopped first.
 */
const isBeside = process.argv.includes('--beside');
/**
 * Whether PostgreSQL is a server of its own and a balancer is in front of the hubs, so that the new
 * one is ready before the older one stops.
 */
const isRolling = process.argv.includes('--rolling');
/** Pushes a second. */
const RATE = Number(optionOf('--rate') ?? 200);
const NOT_READY_S_MAX = 5;
const CHECK_EVERY_MS = 50;
/** How long the new version may take to process what it has accepted. */
const PROCESSED_MS_MAX = 300_000;
const QUIET_MS = 3_000;
const TABLES = ['shipments', 'facts', 'public_tracks', 'inbound_messages'] as const;
const ENV = {
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
  WAYBILL_PUBLIC_RATE: 'off',
  WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
};

/** The older version's loaders, which do the same as today's for its tables. */
interface OlderLoad {
  loadShipments(client: pg.Client, count: number): Promise<void>;
  loadHistories(facts: pg.Client, answers: pg.Client): Promise<void>;
}

const full = join(folder, 'full');
const data = join(folder, 'data');
const filled = join(folder, 'filled.json');
if (!existsSync(filled)) await fill();
rmSync(data, { recursive: true, force: true });
execFileSync('cp', ['-a', '--reflink=auto', full, data]);

const server = isRolling ? await startEmbeddedPostgres({ data, durable: true }) : null;
const env = server === null ? { ...ENV, PORT: String(await freePort()) } : ownServer(server.url);
const hub = await startOlder(server === null ? data : join(folder, 'older'), env);
const balancer = server === null ? null : await startBalancer([new URL(hub.url)]);
const url = balancer?.url ?? new URL(hub.url);
const before = await counted();
const pushing = startPushing(url, PARCELS, RATE);
const readiness = watchReadiness(url, CHECK_EVERY_MS);
await pause(QUIET_MS);
let stoppedAtMs = performance.now();
let stopS = 0;
if (!isBeside && !isRolling) await stopOlder();

const migratingFromMs = performance.now();
const watching = new AbortController();
const statements = watch(watching.signal);
pushing.step('migrating');
const migrated = await runVerb(data, ['migrate'], env);
const migrateS = since(migratingFromMs);
pushing.step('replacing');
watching.abort();
if (migrated.how !== 0) throw new Error(migrated.stderr);
const slowest = [...(await statements)].sort((a, b) => b[1] - a[1]).slice(0, 8);

if (isBeside) await stopOlder();
const next = await startHub(server === null ? data : join(folder, 'newer'), env);
balancer?.use([next.url]);
if (isRolling) await stopOlder();
pushing.step('after');
const awayS = since(stoppedAtMs);
await pause(QUIET_MS);
const notReadyS = await readiness.stop();
const pushes = await pushing.stop();
const lostPushes = await lostOf(pushing);
const after = await counted();
await next.stop();
await balancer?.close();
await server?.stop();
const lostRows = TABLES.filter((table) => (after[table] ?? 0) < (before[table] ?? 0));
const refused = Object.values(pushes.refused).reduce((sum, many) => sum + many, pushes.givenUp);
if (lostRows.length + lostPushes.length + refused > 0) process.exitCode = 1;
report({
  bench: 'upgrade',
  value: notReadyS,
  unit: 's',
  baseline: NOT_READY_S_MAX,
  p50_ms: 0,
  p99_ms: 0,
  conditions: {
    parcels: PARCELS,
    rate: RATE,
    beside: isBeside,
    rolling: isRolling,
    away_s: awayS,
    stop_s: stopS,
    pushes_acknowledged: pushes.acknowledged,
    pushes_lost: lostPushes.length,
    pushes_refused: pushes.refused,
    pushes_given_up: pushes.givenUp,
    attempts_resent: pushes.resent,
    longest_without_s: pushes.longestWithoutS,
    migrate_s: migrateS,
    migrations: migrated.stdout.trim().split('\n').length,
    slowest_ms: Object.fromEntries(slowest),
    rows_before: before,
    rows_after: after,
    lost_from: lostRows,
    load_average: Math.round(loadavg()[0] ?? 0),
    cpus: cpus().length,
  },
});

async function fill(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const begun = await startOlder(full);
  const url = urlOfRunningServer(full) ?? '';
  const { loadHistories, loadShipments } = await olderLoad();
  const [one, two] = [await connect(url), await connect(url)];
  await loadShipments(one, PARCELS);
  say(`${PARCELS} parcels`);
  await loadHistories(one, two);
  await one.query('checkpoint');
  await Promise.all([one.end(), two.end()]);
  begun.child.kill('SIGTERM');
  await begun.ended;
  writeFileSync(filled, `${JSON.stringify({ parcels: PARCELS, older })}\n`);
  say('filled');
}

async function olderLoad(): Promise<OlderLoad> {
  const named = (file: string) => import(pathToFileURL(join(older, 'bench/load', file)).href);
  const { loadShipments } = await named('bulk-load.ts');
  const { loadHistories } = await named('bulk-history.ts');
  return { loadShipments, loadHistories };
}

async function startOlder(data: string, env: Readonly<Record<string, string>> = ENV) {
  const command = [process.execPath, join(older, 'bin/waybill.js'), 'start'];
  const { child, ready, ended } = launchHub(data, { command, env });
  const { url } = await ready;
  return { url, child, ended };
}

/** Observes how long each statement of the migration runs, in ms, by its beginning. */
async function watch(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  let client: pg.Client | null = null;
  while (!signal.aborted) {
    const fromMs = performance.now();
    try {
      client ??= await connectTo(urlOfRunningServer(data) ?? '');
      const { rows } = await client.query<{ query: string }>(
        `select left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as query from pg_stat_activity
         where pid <> pg_backend_pid() and state = 'active' and backend_type = 'client backend'`,
      );
      await pause(CHECK_EVERY_MS);
      for (const { query } of rows) {
        seen.set(query, Math.round((seen.get(query) ?? 0) + performance.now() - fromMs));
      }
    } catch {
      client = null;
      await pause(CHECK_EVERY_MS);
    }
  }
  await client?.end().catch(() => {});
  return seen;
}

/** Connects to a server that may stop while connected, between two commands. */
async function connectTo(url: string): Promise<pg.Client> {
  const client = await connect(url);
  client.on('error', () => {});
  return client;
}

async function counted(): Promise<Record<string, number>> {
  const client = await connect(urlOfRunningServer(data) ?? '');
  try {
    const all: Record<string, number> = {};
    for (const table of TABLES) {
      const { rows } = await client.query<{ many: string }>(
        `select count(*) as many from ${table}`,
      );
      all[table] = Number(rows[0]?.many);
    }
    return all;
  } finally {
    await client.end();
  }
}

/** The acknowledged pushes that are in no timeline once all has been processed. */
async function lostOf({ lost }: Pushing): Promise<readonly string[]> {
  const client = await connect(urlOfRunningServer(data) ?? '');
  try {
    const untilMs = performance.now() + PROCESSED_MS_MAX;
    for (;;) {
      const missing = await lost(client);
      if (missing.length === 0 || performance.now() > untilMs) return missing;
      await pause(QUIET_MS);
    }
  } finally {
    await client.end();
  }
}

/** The settings of processes that share the server of the data folder. */
function ownServer(url: string): Readonly<Record<string, string>> {
  const key = readFileSync(join(data, 'master-key'), 'utf8').trim();
  return { ...ENV, DATABASE_URL: url, WAYBILL_MASTER_KEY: key, WAYBILL_REDIS: 'off' };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function stopOlder(): Promise<void> {
  stoppedAtMs = performance.now();
  hub.child.kill('SIGTERM');
  await hub.ended;
  stopS = since(stoppedAtMs);
}

function since(fromMs: number): number {
  return Math.round((performance.now() - fromMs) / 100) / 10;
}

function optionOf(option: string): string | null {
  const at = process.argv.indexOf(option);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

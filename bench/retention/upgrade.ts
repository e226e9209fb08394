import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { launchHub } from '../../src/app/start-testing.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { fedexPush, minuteScan, PUSH_SECRET, pushHeaders } from '../../test/support/fedex-push.ts';
import { HUB_TEST_KEY, startHub } from '../../test/support/hubs/hub-process.ts';
import { runVerb } from '../../test/support/hubs/waybill-verb.ts';
import { report, say } from '../figures/report.ts';
import { connect } from '../load/bulk-load.ts';

/**
 * Updates a hub with a million parcels: an older version fills a data folder and is stopped, this
 * one migrates it and starts on it. Measures how long nobody can push, which statements take that
 * time, and whether every row is still there.
 *     git worktree add ../older 51ab3aef && (cd ../older && npm ci)
 *     npx tsx bench/retention/upgrade.ts --older ../older --folder /var/tmp/upgrade --parcels
 *     1000000 --beside
 * The filled data stays in `--folder`, so that a second run begins with the update of a copy of it.
 */
const older = resolve(optionOf('--older') ?? '../older');
const folder = resolve(optionOf('--folder') ?? 'upgrade');
const PARCELS = Number(optionOf('--parcels') ?? 1_000_000);
/**
 * Whether the migration runs while the older hub does, which is stopped afterwards; otherwise it is
 * stopped first.
 */
const isBeside = process.argv.includes('--beside');
const CHECK_EVERY_MS = 20;
const PUSH_EVERY_MS = 50;
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

const hub = await startOlder(data);
const before = await counted();
const load = startPushing(hub.url);
await pause(QUIET_MS);
let stoppedAtMs = performance.now();
let stopS = 0;
if (!isBeside) await stopOlder();

const migratingFromMs = performance.now();
const watching = new AbortController();
const statements = watch(watching.signal);
const migrated = await runVerb(data, ['migrate']);
const migrateS = since(migratingFromMs);
watching.abort();
if (migrated.how !== 0) throw new Error(migrated.stderr);
const slowest = [...(await statements)].sort((a, b) => b[1] - a[1]).slice(0, 8);

if (isBeside) await stopOlder();
const next = await startHub(data, ENV);
load.goOnAt(next.url.href);
while (!load.isAnswered()) await pause(CHECK_EVERY_MS);
const awayS = since(stoppedAtMs);
const pushes = await load.stop();
const after = await counted();
await next.stop();
const inboundMessages = (after['inbound_messages'] ?? 0) - (before['inbound_messages'] ?? 0);
if (inboundMessages < pushes.acknowledged) process.exitCode = 1;
const lost = TABLES.filter((table) => (after[table] ?? 0) < (before[table] ?? 0));
if (lost.length > 0) process.exitCode = 1;
report({
  bench: 'upgrade',
  value: pushes.longestWithoutS,
  unit: 's',
  baseline: (10 * PARCELS) / 1_000_000,
  p50_ms: 0,
  p99_ms: 0,
  conditions: {
    parcels: PARCELS,
    beside: isBeside,
    away_s: awayS,
    stop_s: stopS,
    pushes_acknowledged: pushes.acknowledged,
    longest_without_s: pushes.longestWithoutS,
    migrate_s: migrateS,
    migrations: migrated.stdout.trim().split('\n').length,
    slowest_ms: Object.fromEntries(slowest),
    rows_before: before,
    rows_after: after,
    lost,
    inboundMessages,
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

async function startOlder(data: string) {
  const command = [process.execPath, join(older, 'bin/waybill.js'), 'start'];
  const { child, ready, ended } = launchHub(data, { command, env: ENV });
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

async function stopOlder(): Promise<void> {
  stoppedAtMs = performance.now();
  hub.child.kill('SIGTERM');
  await hub.ended;
  stopS = since(stoppedAtMs);
}

/** Pushes one at a time to the current hub; returns the longest time without an accepted push. */
function startPushing(url: string) {
  let at = url;
  let count = 0;
  let isStopping = false;
  let longestMs = 0;
  let lastMs = performance.now();
  let isAnswered = false;
  let acknowledged = 0;
  const work = (async () => {
    while (!isStopping) {
      const from = at;
      const isAccepted = await push(from, PARCELS + count);
      count += 1;
      if (isAccepted) {
        const nowMs = performance.now();
        longestMs = Math.max(longestMs, nowMs - lastMs);
        lastMs = nowMs;
        acknowledged += 1;
        isAnswered ||= from !== url;
      }
      await pause(PUSH_EVERY_MS);
    }
  })();
  return {
    isAnswered: () => isAnswered,
    goOnAt(next: string) {
      at = next;
    },
    async stop() {
      isStopping = true;
      await work;
      return { acknowledged, longestWithoutS: Math.round(longestMs / 100) / 10 };
    },
  };
}

async function push(url: string, n: number): Promise<boolean> {
  const body = fedexPush({ number: String(900_000_000_000 + n), scans: [minuteScan(n)] });
  const headers = pushHeaders(body);
  const at = new URL('/webhooks/carrier/fedex', url);
  const response = await fetch(at, { method: 'POST', headers, body }).catch(() => null);
  await response?.arrayBuffer().catch(() => null);
  return response?.status === 200;
}

function since(fromMs: number): number {
  return Math.round((performance.now() - fromMs) / 100) / 10;
}

function optionOf(option: string): string | null {
  const at = process.argv.indexOf(option);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { fedexPush, minuteScan, PUSH_SECRET, parcelNumber } from '../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../test/support/hubs/hub-process.ts';
import { runVerb } from '../test/support/hubs/waybill-verb.ts';
import { isShort, median, report, say } from './figures/report.ts';
import { loadHistories } from './load/bulk-history.ts';
import { connect, loadShipments } from './load/bulk-load.ts';
import { load } from './load/http-load.ts';
import { signedRequest } from './load/push-request.ts';

/**
 * Backs up a hub with a million parcels while carriers push, makes a second backup an instant
 * later, and restores that into an empty folder. Measures how long each takes, how the pushes are
 * affected, and whether every push that was acknowledged before the backup's end is there. For
 * comparison, copies the same files.
 *     npm run bench:backup -- --parcels 1000000 --pushes 1000
 */
const PARCELS = numberOf('--parcels', isShort() ? 20_000 : 1_000_000);
const PUSHES_PER_S = numberOf('--pushes', isShort() ? 100 : 1_000);
const CONNECTIONS = 256;
const QUIET_MS = isShort() ? 3_000 : 15_000;
const ENV = { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET, WAYBILL_PUBLIC_RATE: 'off' };

interface Push {
  readonly begunMs: number;
  readonly tookMs: number;
  readonly acknowledgedAtMs: number;
}

const home = mkdtempSync(join(tmpdir(), 'waybill-bench-backup-'));
const place = join(home, 'backups');
const restored = join(home, 'restored');
const data = newDataFolder();
let hub = await startHub(data, ENV);
try {
  const url = urlOfRunningServer(data) ?? '';
  const [one, two] = [await connect(url), await connect(url)];
  await loadShipments(one, PARCELS);
  await loadHistories(one, two);
  await one.query('checkpoint');
  await Promise.all([one.end(), two.end()]);
  say(`${PARCELS} parcels loaded`);

  const inboundMessagesBefore = await inboundMessagesIn(data);
  const pushes: Push[] = [];
  const pushing = startPushing(pushes);
  await pause(QUIET_MS);
  const first = await timed(() => verb(data, ['backup', place, '--json']));
  const second = await timed(() => verb(data, ['backup', place, '--json']));
  const [made, again] = [JSON.parse(first.value), JSON.parse(second.value)];
  say(
    `backup: ${first.s} s, ${made.written_bytes} B; again ${second.s} s, ${again.written_bytes} B`,
  );
  await pushing.stop();
  await hub.stop();
  const bare = await timed(async () => {
    execFileSync('cp', ['-r', join(data, 'postgres/cluster'), join(home, 'copy')]);
    execFileSync('sync');
  });

  const key = { WAYBILL_MASTER_KEY_FILE: join(data, 'master-key') };
  const back = await timed(() => verb(restored, ['restore', place], key));
  say(`restore: ${back.s} s`);
  hub = await startHub(restored, ENV);
  const there = {
    parcels: await countIn(restored, 'shipments'),
    pushes: await inboundMessagesIn(restored),
  };
  const coveredMs = Date.parse(again.covers_until);
  const acknowledged = pushes.filter((push) => push.acknowledgedAtMs < coveredMs).length;
  const missing = Math.max(0, acknowledged - (there.pushes - inboundMessagesBefore));
  if (missing > 0 || there.parcels < PARCELS) process.exitCode = 1;
  const during = pushes.filter(({ begunMs }) => begunMs >= first.fromMs && begunMs < first.toMs);
  const before = pushes.filter(({ begunMs }) => begunMs < first.fromMs);
  const megabytes = made.database_bytes / 1e6;
  report({
    bench: 'backup',
    value: Math.round(megabytes / first.s),
    unit: 'MB/s',
    baseline: Math.round(megabytes / bare.s),
    p50_ms: median(during.map(({ tookMs }) => tookMs)),
    p99_ms: p99(during),
    conditions: {
      parcels: there.parcels,
      database_mb: Math.round(megabytes),
      backup_s: first.s,
      stored_mb: Math.round(made.written_bytes / 1e6),
      second_backup_s: second.s,
      second_stored_mb: Math.round(again.written_bytes / 1e6),
      restore_s: back.s,
      plain_copy_s: bare.s,
      p99_ms_before: p99(before),
      pushes_per_s: Math.round((during.length / (first.toMs - first.fromMs)) * 1_000),
      pushes_acknowledged: acknowledged,
      pushes_missing: missing,
      cpus: cpus().length,
    },
  });
} finally {
  await hub.kill();
  removeDataFolder(data);
  rmSync(home, { recursive: true, force: true });
}

/**
 * Sends pushes at a steady rate, regardless of earlier ones: the time of a late push counts from
 * when it was due.
 */
function startPushing(pushes: Push[]) {
  let isOver = false;
  const fromMs = performance.now();
  const loading = load({
    host: hub.url.hostname,
    port: Number(hub.url.port),
    connections: CONNECTIONS,
    durationMs: Number.POSITIVE_INFINITY,
    ratePerS: PUSHES_PER_S,
    isOver: () => isOver,
    request: (n) =>
      signedRequest(fedexPush({ number: parcelNumber(n % PARCELS), scans: [minuteScan(n)] })),
    answered(n, status) {
      if (status !== 200) return;
      const begunMs = fromMs + (n * 1_000) / PUSHES_PER_S;
      const tookMs = performance.now() - begunMs;
      pushes.push({ begunMs, tookMs, acknowledgedAtMs: Date.now() });
    },
  });
  return {
    async stop() {
      isOver = true;
      await loading;
    },
  };
}

async function countIn(folder: string, rows: string): Promise<number> {
  const client = await connect(urlOfRunningServer(folder) ?? '');
  try {
    const { rows: found } = await client.query<{ many: string }>(
      `select count(*) as many from ${rows}`,
    );
    return Number(found[0]?.many);
  } finally {
    await client.end();
  }
}

function inboundMessagesIn(folder: string): Promise<number> {
  return countIn(folder, `inbound messages where trust = 'signed'`);
}

async function verb(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const { how, stdout, stderr } = await runVerb(folder, args, env);
  if (how !== 0) throw new Error(`waybill ${args.join(' ')} ended with ${how}: ${stderr}`);
  return stdout;
}

async function timed<T>(work: () => Promise<T>) {
  const fromMs = performance.now();
  const value = await work();
  const toMs = performance.now();
  return { value, fromMs, toMs, s: Math.round((toMs - fromMs) / 100) / 10 };
}

function p99(pushes: readonly Push[]): number {
  const sorted = pushes.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
}

function numberOf(option: string, otherwise: number): number {
  const at = process.argv.indexOf(option);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { systemClock } from '../../src/platform/clock.ts';
import { startTestPostgres } from '../../src/platform/test-postgres.ts';
import { lostAndDoubled } from '../../test/support/drills/recorded.ts';
import { type LoadedParcel, startRoleLoad } from '../../test/support/drills/role-load.ts';
import { openDrill } from '../../test/support/drills/rounds.ts';
import { PUSH_SECRET } from '../../test/support/fedex-push.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { pause } from '../../test/support/hubs/kill-under-load.ts';
import { msPerThousand, processorTime } from '../figures/processor-time.ts';
import { isShort, say } from '../figures/report.ts';
import { privateMb, residentMb } from '../figures/resident-memory.ts';

/**
 * Measures whether a hub under steady load retains more memory the longer it runs: the slope of a
 * line through what each of its processes retains after full collections, which `live-set.js`
 * forces. Resident memory does not show that, because it contains garbage; its maximum is printed.
 * The memory allocated by PostgreSQL's processes is printed at the end, with its slope in the
 * second half. In the end, each push that was acknowledged must be exactly one fact. `-- --minutes
 * 30` is the length of a round, `-- --rounds 3` the number of rounds, each with a new hub; with
 * `WAYBILL_DRILLS=folder` an interrupted drill continues.
 */
const MINUTES = isShort() ? 0.5 : numberAfter('--minutes', 30);
const ROUNDS = numberAfter('--rounds', 1);
/**
 * The number of parcels. Each gets about ten scans in a round, like real parcels: folding reads all
 * facts of a parcel, so with ever more scans of the same parcels the load would not be steady.
 */
const PARCELS = isShort() ? 20 : Math.round(400 * MINUTES);
const EVERY_MS = 5_000;
/**
 * The interval of collections. Each blocks the process for about 100 ms: the interval is long
 * enough for that not to matter, and short enough to show a trend.
 */
const COLLECT_MS = isShort() ? 3_000 : 15_000;
const COLLECTOR = fileURLToPath(new URL('live-set.js', import.meta.url));
/** The share of the time in which code is compiled and caches fill, which is not counted. */
const WARM_SHARE = 0.2;
/** By this time after the end, the last acknowledged push is visible, or lost. */
const VISIBLE_MS_MAX = 300_000;

interface Soaked {
  readonly minutes: number;
  /** The growth of both processes together. */
  readonly live_mb_per_10min: number;
  readonly rss_max_mb: number;
  /** The private memory of PostgreSQL's processes at the end, without shared buffers. */
  readonly postgres_mb: number;
  /**
   * The number of acknowledged pushes that are not a fact; `doubled` is the number of those that
   * are several.
   */
  readonly lost: number;
  readonly doubled: number;
  readonly pushes: number;
  readonly failures: number;
  readonly live: Readonly<Record<string, Trend>>;
  /** The trend in the second half, when every connection has run every kind of statement. */
  readonly postgres: Trend;
  /** The processor time of the hub's processes, for a thousand pushes and concurrent requests. */
  readonly processor_ms_per_thousand: number | null;
  readonly load_before: readonly number[];
}

interface Trend {
  readonly mb_per_10min: number;
  readonly from_mb: number;
  readonly to_mb: number;
}

const drill = openDrill<Soaked>('soak', ROUNDS);
for (const round of drill.left) {
  say(`round ${round + 1} of ${ROUNDS}: ${MINUTES} minutes`);
  drill.note(round, await soak());
}
for (const { round, result } of drill.done) {
  process.stdout.write(
    `${JSON.stringify({ drill: 'soak', round, cores: cpus().length, ...result })}\n`,
  );
}

async function soak(): Promise<Soaked> {
  const loadBefore = loadavg().map((each) => Math.round(each * 10) / 10);
  const data = newDataFolder();
  const liveFile = path.join(data, 'live-set.jsonl');
  const postgres = await startTestPostgres({ durable: true });
  const hub = await startHub(data, {
    DATABASE_URL: postgres.url,
    WAYBILL_REDIS: 'off',
    LOG_LEVEL: 'fatal',
    WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
    WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    SOAK_LIVE_FILE: liveFile,
    SOAK_COLLECT_MS: String(COLLECT_MS),
    NODE_OPTIONS: `--import ${COLLECTOR}`,
  });
  try {
    const urls = { api: hub.url, webhooks: hub.url };
    const given = { parcels: PARCELS, from: 0, nowMs: systemClock.nowMs() };
    const load = await startRoleLoad(urls, given);
    let rssMaxMb = 0;
    const postgresMb: Sample[] = [];
    const cpuBefore = processorTime(hub, data);
    const acknowledgedBefore = load.acknowledged;
    const startedMs = systemClock.nowMs();
    for (let index = 1; systemClock.nowMs() - startedMs < MINUTES * 60_000; index += 1) {
      await pause(EVERY_MS);
      const mb = residentMb(hub.child.pid ?? 0);
      const ofPostgres = privateMb(postgres.pid());
      if (mb === null || ofPostgres === null)
        throw new Error('memory is read from /proc: not here');
      rssMaxMb = Math.max(rssMaxMb, mb);
      postgresMb.push({ atMs: systemClock.nowMs() - startedMs, mb: ofPostgres });
      if (index % 12 === 0)
        say(`${index * (EVERY_MS / 1_000)} s: RSS ${mb} MB, PostgreSQL ${ofPostgres} MB`);
    }
    await load.stop();
    const pushed = load.acknowledged - acknowledgedBefore;
    const cpu = msPerThousand(cpuBefore, processorTime(hub, data), pushed);
    const { lost, doubled } = await recorded(postgres.url, load.parcels);
    const after = (share: number) => (each: Sample) => each.atMs >= MINUTES * 60_000 * share;
    const live = [...liveSets(liveFile, startedMs)].map(([name, all]): [string, Trend] => [
      name,
      trendOf(all.filter(after(WARM_SHARE))),
    ]);
    if (live.length !== 2) throw new Error(`live sets of ${live.length} processes instead of 2`);
    return {
      minutes: MINUTES,
      live_mb_per_10min: rounded(live.reduce((sum, [, trend]) => sum + trend.mb_per_10min, 0)),
      rss_max_mb: rssMaxMb,
      postgres_mb: postgresMb.at(-1)?.mb ?? 0,
      lost,
      doubled,
      pushes: load.acknowledged,
      failures: load.failures.length,
      live: Object.fromEntries(live),
      postgres: trendOf(postgresMb.filter(after(0.5))),
      processor_ms_per_thousand: cpu.hub,
      load_before: loadBefore,
    };
  } finally {
    await hub.stop();
    await postgres.stop();
    removeDataFolder(data);
  }
}

/** Waits for pushes in progress; returns those that were lost, and those recorded twice. */
async function recorded(databaseUrl: string, parcels: readonly LoadedParcel[]) {
  const db = new pg.Client(databaseUrl);
  await db.connect();
  try {
    const untilMs = performance.now() + VISIBLE_MS_MAX;
    for (;;) {
      const { lost, doubled } = await lostAndDoubled(db, parcels);
      const isOver = lost.length === 0 || performance.now() > untilMs;
      if (isOver) return { lost: lost.length, doubled: doubled.length };
      await pause(EVERY_MS);
    }
  } finally {
    await db.end();
  }
}

interface Sample {
  readonly atMs: number;
  readonly mb: number;
}

/** What each process retained after each collection during the load. */
function liveSets(file: string, startedMs: number): Map<string, Sample[]> {
  const sets = new Map<string, Sample[]>();
  const until = startedMs + MINUTES * 60_000;
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const { name, atMs, bytes } = JSON.parse(line) as { name: string; atMs: number; bytes: number };
    if (atMs < startedMs || atMs > until) continue;
    sets.set(name, [...(sets.get(name) ?? []), { atMs: atMs - startedMs, mb: bytes / 2 ** 20 }]);
  }
  return sets;
}

function trendOf(samples: readonly Sample[]): Trend {
  return {
    mb_per_10min: rounded(slopeOf(samples) * 600_000),
    from_mb: rounded(samples.at(0)?.mb ?? 0),
    to_mb: rounded(samples.at(-1)?.mb ?? 0),
  };
}

function rounded(mb: number): number {
  return Math.round(mb * 10) / 10;
}

/** The slope of the least-squares line, in MB per millisecond. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const atMs = mean((sample) => sample.atMs);
  const mb = mean((sample) => sample.mb);
  const both = mean((sample) => (sample.atMs - atMs) * (sample.mb - mb));
  return both / mean((sample) => (sample.atMs - atMs) ** 2);
}

function numberAfter(option: string, otherwise: number): number {
  const at = process.argv.indexOf(option);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

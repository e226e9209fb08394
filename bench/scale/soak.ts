import { cpus, loadavg } from 'node:os';
import process from 'node:process';
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
import { residentMb } from '../figures/resident-memory.ts';

/**
 * Whether a hub under steady load holds more memory the longer it runs: the slope of a line through the
 * memory of its processes, PostgreSQL not among them. And whether each push that was acknowledged is one
 * fact in the end. `-- --minutes 30` is a round, `-- --rounds 3` as
 * many, each with a new hub; with `WAYBILL_DRILLS=folder` a drill that was interrupted goes on.
 */
const MINUTES = isShort() ? 0.3 : numberAfter('--minutes', 30);
const ROUNDS = numberAfter('--rounds', 1);
/**
 * Each gets some ten scans in a round, as parcels do: whoever folds one reads all of it, so that with ever more
 * scans of the same parcels the load would not be steady.
 */
const PARCELS = isShort() ? 20 : Math.round(400 * MINUTES);
const EVERY_MS = 5_000;
/** Until code is compiled and caches are filled. */
const WARM_SHARE = 0.2;
/** What is acknowledged last is visible by then, or lost. */
const VISIBLE_MS_MAX = 300_000;

interface Soaked {
  readonly minutes: number;
  readonly mibPer10Min: number;
  readonly fromMb: number;
  readonly toMb: number;
  readonly peakMb: number;
  readonly pushes: number;
  readonly failures: number;
  /** Of the hub's processes, for each thousand pushes and what else was asked meanwhile. */
  readonly processorMsPerThousand: number | null;
  /** The same of what each process holds by itself, and of the objects in it that outlive a collection. */
  readonly parts: Readonly<Record<string, Trend>>;
  /** Of the acknowledged pushes those that are no fact, and those that are several. */
  readonly lost: number;
  readonly doubled: number;
  readonly loadBefore: readonly number[];
}

/** Of the least in each minute: garbage comes and goes, what stays is what grows. */
interface Trend {
  readonly mibPer10Min: number;
  readonly fromMb: number;
  readonly toMb: number;
}

/** In what a hub tells of itself; the working process's series are marked. */
const TOLD = {
  serving: 'process_resident_memory_bytes',
  serving_old_objects: 'nodejs_heap_space_size_used_bytes{space="old"}',
  working: 'process_resident_memory_bytes{process="work"}',
  working_old_objects: 'nodejs_heap_space_size_used_bytes{process="work",space="old"}',
} as const;

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
  const postgres = await startTestPostgres({ durable: true });
  const hub = await startHub(data, {
    ...{ DATABASE_URL: postgres.url, WAYBILL_REDIS: 'off', LOG_LEVEL: 'fatal' },
    ...{ WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY, WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET },
  });
  try {
    const urls = { api: hub.url, webhooks: hub.url };
    const given = { parcels: PARCELS, from: 0, nowMs: systemClock.nowMs() };
    const load = await startRoleLoad(urls, given);
    const samples: Sample[] = [];
    const told = new Map<string, Sample[]>(Object.keys(TOLD).map((name) => [name, []]));
    const cpuBefore = processorTime(hub, data);
    const acknowledgedBefore = load.acknowledged;
    const startedMs = performance.now();
    while (performance.now() - startedMs < MINUTES * 60_000) {
      await pause(EVERY_MS);
      const mb = residentMb(hub.child.pid ?? 0);
      if (mb === null) throw new Error('there is no /proc: memory cannot be watched here');
      const atMs = performance.now() - startedMs;
      samples.push({ atMs, mb });
      for (const [name, part] of await partsOf(hub.url)) told.get(name)?.push({ atMs, mb: part });
      if (samples.length % 12 === 0) say(`${samples.length * (EVERY_MS / 1_000)} s: ${mb} MB`);
    }
    await load.stop();
    const pushed = load.acknowledged - acknowledgedBefore;
    const cpu = msPerThousand(cpuBefore, processorTime(hub, data), pushed);
    const { lost, doubled } = await recorded(postgres.url, load.parcels);
    const isWarm = ({ atMs }: Sample) => atMs >= MINUTES * 60_000 * WARM_SHARE;
    const warm = samples.filter(isWarm);
    return {
      ...{ minutes: MINUTES, loadBefore },
      mibPer10Min: trendOf(warm).mibPer10Min,
      fromMb: warm.at(0)?.mb ?? 0,
      toMb: warm.at(-1)?.mb ?? 0,
      peakMb: Math.max(...samples.map(({ mb }) => mb)),
      parts: Object.fromEntries(
        [...told].map(([name, all]) => [name, trendOf(leastByMinute(all.filter(isWarm)))]),
      ),
      pushes: load.acknowledged,
      failures: load.failures.length,
      processorMsPerThousand: cpu.hub,
      ...{ lost, doubled },
    };
  } finally {
    await hub.stop();
    await postgres.stop();
    removeDataFolder(data);
  }
}

/** Waits for what is on its way. */
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

/** What the hub says of its two processes; empty when it does not answer in time, which is no matter. */
async function partsOf(url: URL): Promise<[string, number][]> {
  try {
    const asked = { signal: AbortSignal.timeout(EVERY_MS) };
    const text = await (await fetch(new URL('/metrics', url), asked)).text();
    const lines = text.split('\n');
    return Object.entries(TOLD).flatMap(([name, series]): [string, number][] => {
      const line = lines.find((each) => each.startsWith(`${series} `));
      return line === undefined ? [] : [[name, Number(line.slice(series.length)) / 2 ** 20]];
    });
  } catch {
    return [];
  }
}

function leastByMinute(samples: readonly Sample[]): Sample[] {
  const least = new Map<number, Sample>();
  for (const sample of samples) {
    const minute = Math.floor(sample.atMs / 60_000);
    const known = least.get(minute);
    if (known === undefined || sample.mb < known.mb) least.set(minute, sample);
  }
  return [...least.values()];
}

function trendOf(samples: readonly Sample[]): Trend {
  const rounded = (mb: number) => Math.round(mb * 10) / 10;
  return {
    mibPer10Min: rounded(slopeOf(samples) * 600_000),
    fromMb: rounded(samples.at(0)?.mb ?? 0),
    toMb: rounded(samples.at(-1)?.mb ?? 0),
  };
}

/** Of the line with the least squares; MB a millisecond. */
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

import { cpus, loadavg } from 'node:os';
import process from 'node:process';
import { systemClock } from '../../src/platform/clock.ts';
import { startTestPostgres } from '../../src/platform/test-postgres.ts';
import { startRoleLoad } from '../../test/support/drills/role-load.ts';
import { openDrill } from '../../test/support/drills/rounds.ts';
import { PUSH_SECRET } from '../../test/support/fedex-push.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { pause } from '../../test/support/hubs/kill-under-load.ts';
import { isShort, say } from '../figures/report.ts';
import { residentMb } from '../figures/resident-memory.ts';

/**
 * Whether a hub under steady load holds more memory the longer it runs: the slope of a line through the
 * memory of its processes, PostgreSQL not among them. `-- --minutes 30` is a round, `-- --rounds 3` as
 * many, each with a new hub; with `WAYBILL_DRILLS=folder` a drill that was interrupted goes on.
 */
const MINUTES = isShort() ? 0.3 : numberAfter('--minutes', 30);
const ROUNDS = numberAfter('--rounds', 1);
const PARCELS = isShort() ? 20 : 1_000;
const EVERY_MS = 5_000;
/** Until code is compiled and caches are filled. */
const WARM_SHARE = 0.2;

interface Soaked {
  readonly minutes: number;
  readonly mibPer10Min: number;
  readonly fromMb: number;
  readonly toMb: number;
  readonly peakMb: number;
  readonly pushes: number;
  readonly failures: number;
  readonly loadBefore: readonly number[];
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
    const startedMs = performance.now();
    while (performance.now() - startedMs < MINUTES * 60_000) {
      await pause(EVERY_MS);
      const mb = residentMb(hub.child.pid ?? 0);
      if (mb === null) throw new Error('there is no /proc: memory cannot be watched here');
      samples.push({ atMs: performance.now() - startedMs, mb });
      if (samples.length % 12 === 0) say(`${samples.length * (EVERY_MS / 1_000)} s: ${mb} MB`);
    }
    await load.stop();
    const warm = samples.filter(({ atMs }) => atMs >= MINUTES * 60_000 * WARM_SHARE);
    return {
      ...{ minutes: MINUTES, loadBefore },
      mibPer10Min: Math.round(slopeOf(warm) * 600_000 * 10) / 10,
      fromMb: warm.at(0)?.mb ?? 0,
      toMb: warm.at(-1)?.mb ?? 0,
      peakMb: Math.max(...samples.map(({ mb }) => mb)),
      pushes: load.acknowledged,
      failures: load.failures.length,
    };
  } finally {
    await hub.stop();
    await postgres.stop();
    removeDataFolder(data);
  }
}

interface Sample {
  readonly atMs: number;
  readonly mb: number;
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

import { afterEach, expect, test } from 'vitest';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import {
  acknowledgedIn,
  expectInTimelines,
  type PushedParcel,
  registerParcels,
  startPushes,
} from '../support/drills/push-load.ts';
import { openDrill } from '../support/drills/rounds.ts';
import { PUSH_SECRET } from '../support/fedex-push.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { pause } from '../support/hubs/kill-under-load.ts';
import {
  type PostgresPair,
  postgresPrograms,
  startPair,
  whyNoPair,
} from '../support/postgres-pair.ts';

/**
 * The primary is killed under load and its synchronous standby promoted, again and again: the hub
 * switches to the other server automatically, and whatever was answered with 2xx is in the
 * timelines.
 */
/**
 * `WAYBILL_FAILOVERS=20` for the whole drill, which `WAYBILL_DRILLS=folder` makes resumable, with
 * `WAYBILL_FAILOVER_SEED` as one likes; otherwise there and back for one version, and once for the other.
 */
const ROUNDS = Number(process.env['WAYBILL_FAILOVERS'] ?? 0);
const SEED = Number(process.env['WAYBILL_FAILOVER_SEED'] ?? 20_261_123);
const PARCELS = 4;
/** Acknowledged before the kill, and after it by whoever took over. */
const BEFORE = 20;
const AFTER = 6;
/** The kill comes at any moment of this long. */
const KILL_WITHIN_MS = 500;
/** What issue and runbook promise; the test waits longer, because machines that test are slow. */
const PROMISED_MS = 30_000;
const SERVING_MS_MAX = 180_000;

const missing = whyNoPair();
if (missing !== null) process.stderr.write(`SKIPPED: failover of PostgreSQL: ${missing}\n`);
/** The newest and the oldest that are here: one a test, so that both ends of what is supported are seen. */
const versions = [...postgresPrograms()].sort(([a], [b]) => b - a);
const ends = versions.length > 1 ? [versions[0], versions.at(-1)] : versions;

interface Result {
  /** From the kill until another server has acknowledged pushes. */
  readonly awayMs: number;
  readonly acknowledged: number;
}

let pair: PostgresPair | null = null;
let data: string | null = null;
let hub: RunningHub | null = null;
afterEach(async () => {
  await hub?.stop().catch(() => {});
  pair?.stop();
  if (data !== null) removeDataFolder(data);
  [hub, pair, data] = [null, null, null];
});

const cases = ends.flatMap((end, index) =>
  end === undefined ? [] : [[end[0], ROUNDS || 2 - index, end[1]] as const],
);

test.skipIf(missing !== null).each(cases)(
  'PostgreSQL %i: no acknowledged push is lost in %i failovers',
  async (version, rounds, bin) => {
    const drill = openDrill<Result>(`failover-${version}`, rounds);
    const { left } = drill;
    if (left.length > 0) {
      pair = startPair(bin);
      data = newDataFolder();
      hub = await startHub(data, {
        DATABASE_URL: pair.url,
        WAYBILL_REDIS: 'off',
        WAYBILL_SANDBOX: 'off',
        WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
        LOG_LEVEL: 'fatal',
      });
      const parcels: PushedParcel[] = [];
      for (const [index, round] of left.entries()) {
        if (index > 0) await pair.rejoin();
        const fresh = await registerParcels(hub.url, { from: round * PARCELS, count: PARCELS });
        parcels.push(...fresh);
        const awayMs = await failOver(pair, hub, { fresh, round });
        await expectInTimelines(hub.url, fresh);
        drill.note(round, { awayMs, acknowledged: acknowledgedIn(fresh) });
      }
      // And a later one has taken nothing of what an earlier one left.
      await expectInTimelines(hub.url, parcels);
    }
    const sum = drill.done.reduce((all, { result }) => all + result.acknowledged, 0);
    const away = drill.done.map(({ result }) => Math.round(result.awayMs));
    process.stdout.write(
      `PostgreSQL ${version}, seed ${SEED}, ${drill.done.length} failovers: ${sum} pushes acknowledged, ` +
        `none lost; serving again after ${away.join(', ')} ms (promised: ${PROMISED_MS})\n`,
    );
    expect(drill.done.length).toBeGreaterThanOrEqual(rounds);
  },
  600_000 + ROUNDS * 300_000,
);

/** @returns how long nothing was acknowledged */
async function failOver(
  servers: PostgresPair,
  { url }: RunningHub,
  { fresh, round }: { readonly fresh: readonly PushedParcel[]; readonly round: number },
): Promise<number> {
  const load = startPushes(url, fresh);
  await until(() => load.acknowledged() >= BEFORE, 'pushes are acknowledged');
  await pause(randomFrom(SEED + round).below(KILL_WITHIN_MS));
  const killedAt = performance.now();
  servers.failOver();
  const atTheEnd = load.acknowledged();
  await until(() => load.acknowledged() >= atTheEnd + AFTER, 'pushes are acknowledged again');
  const awayMs = performance.now() - killedAt;
  await load.stop();
  return awayMs;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + SERVING_MS_MAX;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await pause(20);
  }
}

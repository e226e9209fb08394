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
import { killUnderLoad, VICTIMS, type Victim } from '../support/hubs/kill-under-load.ts';

/**
 * Invariant 1: a 2xx to a carrier means that the bytes survive `kill -9` of us and of PostgreSQL
 * one instruction later. Pushes arrive without pause while one, the other or both are killed at
 * random moments; everything answered with 2xx must be in the timelines afterwards, once.
 */
/**
 * `WAYBILL_DURABILITY_KILLS=200 WAYBILL_DURABILITY_PUSHES=100000` for the whole drill, which
 * `WAYBILL_DRILLS=folder` makes resumable, with any `WAYBILL_DURABILITY_SEED`.
 */
const ROUNDS = Number(process.env['WAYBILL_DURABILITY_KILLS'] ?? 6);
/** Minimum number of acknowledged pushes, over all kills. */
const PUSHES = Number(process.env['WAYBILL_DURABILITY_PUSHES'] ?? 0);
const SEED = Number(process.env['WAYBILL_DURABILITY_SEED'] ?? 20_261_120);
/** The maximum load, without pauses. */
const LOAD = { senders: 8, everyMs: 0 };
const SHIPMENTS_A_ROUND = 6;
const ENV = { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET };

interface Result {
  readonly victim: Victim;
  readonly acknowledged: number;
  /** Duration of the next start; null if the hub survived. */
  readonly startMs: number | null;
}

let data: string | null = null;
let hub: RunningHub | null = null;
afterEach(async () => {
  await hub?.stop().catch(() => {});
  if (data !== null) removeDataFolder(data);
  [hub, data] = [null, null];
});

test(
  `every push that got 2xx is in the timeline after ${ROUNDS} kills under load`,
  async () => {
    const drill = openDrill<Result>('durability', ROUNDS);
    const { left } = drill;
    if (left.length > 0) {
      data = newDataFolder();
      hub = await startHub(data, ENV);
      const parcels: PushedParcel[] = [];
      for (const round of left) {
        const from = round * SHIPMENTS_A_ROUND;
        const fresh = await registerParcels(hub.url, { from, count: SHIPMENTS_A_ROUND });
        parcels.push(...fresh);
        // Each victim in turn, so that none is left out by chance; the moment is random.
        const victim = VICTIMS[round % VICTIMS.length] ?? 'hub';
        const before: RunningHub = hub;
        const given = { data, hub, env: ENV, victim, random: randomFrom(SEED + round) };
        const load = startPushes(hub.url, fresh, LOAD);
        hub = await killUnderLoad({ ...given, atLeast: Math.ceil(PUSHES / ROUNDS) }, load);
        await expectInTimelines(hub.url, fresh);
        const startMs = hub === before ? null : Math.round(hub.readyMs);
        drill.note(round, { victim, acknowledged: acknowledgedIn(fresh), startMs });
      }
      // No later kill has removed what was acknowledged before an earlier one.
      await expectInTimelines(hub.url, parcels);
    }
    const sum = drill.done.reduce((all, { result }) => all + result.acknowledged, 0);
    expect(drill.done.length).toBeGreaterThanOrEqual(ROUNDS);
    expect(sum).toBeGreaterThanOrEqual(Math.max(PUSHES, ROUNDS * LOAD.senders));
    const slowest = Math.max(...drill.done.map(({ result }) => result.startMs ?? 0));
    process.stdout.write(
      `seed ${SEED}, ${drill.done.length} kills, of ${VICTIMS.join(', ')} in turn: ${sum} pushes acknowledged, ` +
        `none lost, none doubled; slowest start ${slowest} ms\n`,
    );
  },
  900_000 + ROUNDS * 120_000,
);

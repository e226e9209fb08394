import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import { findRedisProgram } from '../../src/platform/redis/program.ts';
import {
  call,
  clearUp,
  type DeliveryLoad,
  hireCouriers,
  startDeliveryLoad,
} from '../support/fleet/delivery-load.ts';
import {
  DISPATCH_VICTIMS,
  type DispatchStage,
  type DispatchVictim,
  startDispatchStage,
} from '../support/fleet/dispatch-stage.ts';
import { pause } from '../support/hubs/kill-under-load.ts';

/**
 * Two processes match deliveries, and one after the other of all that they need is killed under
 * load: one of them, Redis, PostgreSQL, one of PostgreSQL's processes, the hub that answers. Every
 * delivery exists once, with the one courier whose acceptance was confirmed; no other was
 * confirmed; and other processes have taken over at once.
 */
/**
 * `WAYBILL_DELIVERIES_KILLS=100` for the whole drill; `WAYBILL_DELIVERIES_FROM=40` continues after
 * the first 40.
 */
const ROUNDS = Number(process.env['WAYBILL_DELIVERIES_KILLS'] ?? 3);
const FROM = Number(process.env['WAYBILL_DELIVERIES_FROM'] ?? 0);
const SEED = Number(process.env['WAYBILL_DELIVERIES_SEED'] ?? 20_261_123);
const COURIERS = 320;
/** More than the requests of a round. */
const NUMBERS_OF_ROUND = 10_000;
const BEFORE_MS = { min: 800, more: 2_200 };
const AFTER_MS = { min: 1_500, more: 1_500 };
const FAILOVER_MS_MAX = 5_000;
const OWNED_MS_MAX = 10_000;
/** A busy machine is slow in everything: a multiple of the time before the kill. */
const BUSY_TIMES = 4;
const USUAL_MS_MIN = 1_000;
const PATIENCE = { timeout: 300_000, interval: 100 };

const redisProgram = await findRedisProgram(process.env['PATH'] ?? '');
if (redisProgram === null)
  process.stderr.write('SKIPPED: Redis killed while deliveries are matched; none on the PATH\n');
const victims = DISPATCH_VICTIMS.filter((each) => each !== 'redis' || redisProgram !== null);

let stage: DispatchStage;
let couriers: readonly string[];
beforeAll(async () => {
  stage = await startDispatchStage(redisProgram?.file ?? null);
  couriers = await hireCouriers(stage, COURIERS);
}, 600_000);
afterAll(() => stage.close(), 120_000);

test(
  `no delivery is lost, doubled or forgotten by dispatchers after ${ROUNDS} kills`,
  async () => {
    let requests = 0;
    for (let round = FROM; round < FROM + ROUNDS; round += 1) {
      const victim = victims[round % victims.length] ?? 'dispatcher';
      // Each kind of kill meets both modes, whatever the number of kinds.
      const turn = Math.floor(round / victims.length);
      const assign = (round + turn * (1 - (victims.length % 2))) % 2 === 0 ? 'auto' : 'offers';
      const set = await call(stage.url(), 'PUT', '/v1/dispatch/settings', { assign });
      expect(set.status, JSON.stringify(set.body)).toBe(200);
      const killed = await killUnder(round, victim);
      const figures = judge(killed, await settled(killed.firstNr, killed.load));
      await killed.bringBack();
      await clearUp(stage, killed.firstNr);
      requests += figures.deliveries;
      process.stdout.write(`kill ${round} (${victim}, ${assign}): ${JSON.stringify(figures)}\n`);
    }
    process.stdout.write(`${ROUNDS} kills: ${requests} deliveries, none lost or twice\n`);
  },
  // A minute each; a run of a hundred is expected to be long.
  60_000 + ROUNDS * 400_000,
);

interface Killed {
  readonly victim: DispatchVictim;
  readonly firstNr: number;
  readonly load: DeliveryLoad;
  readonly atMs: number;
  /** Time until an automatically restarted victim was back; 0 for one that nobody waits for. */
  readonly awayMs: number;
  /** Restarts the other victims once everything is judged. */
  bringBack(): Promise<void>;
}

/** Kills at a random moment under load, which continues for a while. */
async function killUnder(round: number, victim: DispatchVictim): Promise<Killed> {
  // Each round has its own random sequence, so that a drill may continue where another one ended.
  const random = randomFrom(SEED + round);
  const firstNr = 1 + round * NUMBERS_OF_ROUND;
  const load = startDeliveryLoad(stage, couriers, firstNr);
  await vi.waitFor(() => expect(load.acknowledged()).toBeGreaterThan(0), PATIENCE);
  await pause(BEFORE_MS.min + random.below(BEFORE_MS.more));
  const atMs = Date.now();
  const restart = await stage.kill(victim, random);
  const isMissed = victim !== 'dispatcher' && victim !== 'redis';
  if (isMissed) await restart();
  const awayMs = isMissed ? Date.now() - atMs : 0;
  const before = load.acknowledged();
  await pause(AFTER_MS.min + random.below(AFTER_MS.more));
  // Deliveries are also accepted without Redis, and with one dispatcher.
  await vi.waitFor(() => expect(load.acknowledged()).toBeGreaterThan(before), PATIENCE);
  await load.stopAsking();
  const bringBack = async () => (isMissed ? undefined : restart());
  return { victim, firstNr, load, atMs, awayMs, bringBack };
}

interface FoundDelivery {
  readonly id: string;
  readonly index: number;
  readonly state: string;
  readonly status: string;
  readonly courier: string | null;
  /** All couriers who have it on their route. */
  readonly owners: readonly string[];
  /** How often the log says that it was assigned. */
  readonly assignments: number;
  readonly created_ms: number;
  readonly assigned_ms: number | null;
  readonly offered_ms: number | null;
}

/** All of this round, once each has its courier. */
async function settled(firstNr: number, load: DeliveryLoad): Promise<readonly FoundDelivery[]> {
  let found: readonly FoundDelivery[] = [];
  await vi.waitFor(async () => {
    await load.askAgain();
    expect(load.deliveries.filter(({ id, isUnsure }) => id === null && !isUnsure)).toEqual([]);
    found = await stage.query<FoundDelivery & { [name: string]: unknown }>(
      `select d.shipment_id::text as id, d.weight_g as index, d.state, s.status,
         d.courier_id::text as courier,
         array(select p.courier_id::text from courier_parcels p
               where p.shipment_id = d.shipment_id and p.done_at is null) as owners,
         (select count(*) from event_log e where e.subject_id = d.shipment_id
            and e.type = 'shipment.assigned')::int as assignments,
         extract(epoch from d.created_at)::float8 * 1000 as created_ms,
         extract(epoch from d.assigned_at)::float8 * 1000 as assigned_ms,
         (select extract(epoch from min(t.at))::float8 * 1000 from delivery_steps t
          where t.shipment_id = d.shipment_id and t.what = 'offered') as offered_ms
       from deliveries d join shipments s on s.id = d.shipment_id
       where d.weight_g >= $1 and d.weight_g < $1 + $2`,
      [firstNr, NUMBERS_OF_ROUND],
    );
    const open = found.filter(({ state }) => state !== 'assigned').map(({ index }) => index);
    expect({ found: found.length, open }).toEqual({ found: found.length, open: [] });
  }, PATIENCE);
  await load.stop();
  return found;
}

function judge({ victim, load, atMs, awayMs }: Killed, found: readonly FoundDelivery[]) {
  const ids = new Set(found.map(({ id }) => id));
  const lost = load.deliveries.filter(({ id }) => id !== null && !ids.has(id));
  expect({ victim, lost }).toEqual({ victim, lost: [] });
  const numbers = found.map(({ index }) => index);
  expect({ victim, numbers: new Set(numbers).size }).toEqual({ victim, numbers: found.length });
  for (const { index, courier, owners, assignments } of found) {
    const winners = [...(load.deliveries.find((each) => each.index === index)?.winners ?? [])];
    expect({ victim, index, owners, assignments }).toEqual({
      victim,
      index,
      owners: [courier],
      assignments: 1,
    });
    // The courier whose acceptance was confirmed has it.
    expect({ victim, index, winners }).toEqual({
      victim,
      index,
      winners: winners.length ? [courier] : [],
    });
  }
  const waits = found.map((each) => {
    const lookedAfterMs = Math.min(each.offered_ms ?? Infinity, each.assigned_ms ?? Infinity);
    const isBefore = lookedAfterMs <= atMs;
    const fromKillMs = lookedAfterMs - Math.max(each.created_ms, atMs);
    return { isBefore, fromKillMs, waitedMs: lookedAfterMs - each.created_ms };
  });
  const most = (all: readonly number[]): number => Math.round(Math.max(0, ...all));
  const usualMs = most(waits.filter(({ isBefore }) => isBefore).map(({ waitedMs }) => waitedMs));
  const after = waits.filter(({ isBefore }) => !isBefore);
  const failoverMs = most(after.map(({ fromKillMs }) => fromKillMs));
  const waitedMs = most(waits.map((each) => each.waitedMs));
  const slackMs = BUSY_TIMES * (Math.max(usualMs, USUAL_MS_MIN) + awayMs);
  if (victim === 'dispatcher') expect(failoverMs).toBeLessThan(FAILOVER_MS_MAX + slackMs);
  expect(waitedMs).toBeLessThan(OWNED_MS_MAX + slackMs);
  const fetched = found.filter(({ status }) => status !== 'created').length;
  return { deliveries: found.length, fetched, usualMs, awayMs, failoverMs, waitedMs };
}

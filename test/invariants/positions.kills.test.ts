import { afterEach, beforeEach, expect, test } from 'vitest';
import { storedPositions } from '../../src/fleet/positions/trails/stored-positions.ts';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import { uuidOfWireId } from '../../src/kernel/wire/wire-ids.ts';
import { openDatabase } from '../../src/platform/database/database.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * A hub killed in a stream of positions loses at most the last second of what it acknowledged;
 * repeated positions are in the trail once; and it still knows where couriers are.
 */
/** `WAYBILL_POSITIONS_KILLS=20` for a longer drill. */
const ROUNDS = Number(process.env['WAYBILL_POSITIONS_KILLS'] ?? 3);
const SEED = 20_261_122;
const COURIERS = 4;
const EVERY_MS = 40;
const LOAD_MS = { min: 1_500, max: 3_000 };
/** The promise for a responsive machine; one that stalls also stores later. */
const LOST_MS_MAX = 1_000;
const ENV = { WAYBILL_SANDBOX: 'off' };

let data: string;
let hub: RunningHub;
beforeEach(async () => {
  data = newDataFolder();
  hub = await startHub(data, ENV);
});
afterEach(async () => {
  await hub.stop().catch(() => {});
  removeDataFolder(data);
});

interface Sent {
  readonly courier: string;
  readonly ts: string;
  readonly sentAtMs: number;
  /** When the answer came; null: none. */
  readonly ackedAtMs: number | null;
}

test(`at most a second is lost in each of ${ROUNDS} kills, and nothing is there twice`, async () => {
  const random = randomFrom(SEED);
  const couriers = await Promise.all(
    Array.from({ length: COURIERS }, async (_, index) => {
      const wanted = { name: `Courier ${index}`, vehicle: 'van', shift: 'on' };
      return (await callApi<{ id: string }>(hub.url, 'POST', '/v1/couriers', wanted)).id;
    }),
  );
  const aboveMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const load = startLoad(couriers);
    await pause(LOAD_MS.min + random.below(LOAD_MS.max - LOAD_MS.min));
    const killedAtMs = performance.now();
    await hub.kill();
    const sent = await load.stop();
    hub = await startHub(data, ENV);
    const stored = await storedTimes(couriers);
    const lost = sent.filter(
      ({ courier, ts, ackedAtMs }) => ackedAtMs !== null && !stored.has(`${courier} ${ts}`),
    );
    const oldest = Math.min(killedAtMs, ...lost.map(({ ackedAtMs }) => ackedAtMs ?? killedAtMs));
    const stalledMs = Math.max(0, ...sent.map((each) => (each.ackedAtMs ?? 0) - each.sentAtMs));
    aboveMs.push(killedAtMs - oldest - LOST_MS_MAX - 2 * stalledMs);
    for (const { courier, ts } of sent.slice(-100)) await post([position(courier, ts)]);
    for (const courier of couriers) await expectOnce(courier);
    process.stdout.write(`kill ${round + 1}: of ${sent.length} positions ${lost.length} lost\n`);
  }
  expect(aboveMs.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]).toBeLessThanOrEqual(0);
}, 600_000);

/** Each courier in turn, until it is stopped; resolves to what was sent. */
function startLoad(couriers: readonly string[]) {
  const sent: Sent[] = [];
  let stopping = false;
  const run = (async () => {
    for (let index = 0; !stopping; index += 1) {
      const courier = couriers[index % couriers.length] ?? '';
      const ts = new Date().toISOString();
      const sentAtMs = performance.now();
      const isAcked = await post([position(courier, ts)]);
      sent.push({ courier, ts, sentAtMs, ackedAtMs: isAcked ? performance.now() : null });
      if (isAcked) await pause(EVERY_MS);
    }
  })();
  return {
    async stop() {
      stopping = true;
      await run;
      return sent;
    },
  };
}

function position(courier: string, ts: string) {
  return { courier_id: courier, ts, lat: 53.5 + (Date.parse(ts) % 7) / 1e4, lng: 9.9 };
}

async function post(positions: readonly object[]): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/v1/positions', hub.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(positions),
    });
    await answer.text();
    return answer.status === 202;
  } catch {
    return false;
  }
}

async function storedTimes(couriers: readonly string[]): Promise<ReadonlySet<string>> {
  const db = openDatabase({ url: urlOfRunningServer(data) ?? '' });
  const span = { fromMs: Date.now() - 86_400_000, toMs: Date.now() + 60_000, limit: 1_000_000 };
  const found = new Set<string>();
  for (const courier of couriers) {
    const uuid = uuidOfWireId('courier', courier) ?? '';
    const { positions } = await storedPositions(db.pipeline, uuid, span);
    for (const { atMs } of positions) {
      found.add(`${courier} ${new Date(atMs).toISOString()}`);
    }
  }
  await db.end();
  return found;
}

async function expectOnce(courier: string): Promise<void> {
  const trail = await callApi<{ properties: { times: string[] } }>(
    hub.url,
    'GET',
    `/v1/couriers/${courier}/trail`,
  );
  const { times } = trail.properties;
  expect(times.length).toBeGreaterThan(0);
  expect(new Set(times).size).toBe(times.length);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

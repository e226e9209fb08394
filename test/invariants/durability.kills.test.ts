import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Random, randomFrom } from '../../src/adapter-kit/checks/random.ts';
import {
  fedexPush,
  minuteScan,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  postmasterPid,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * Invariant 1: a 2xx to a carrier means that the bytes survive `kill -9` of us and of PostgreSQL
 * one instruction later. Pushes come without pause while the one, the other or both are killed at
 * random moments; whatever was answered with 2xx must be in the timelines afterwards.
 */
const ROUNDS = 20;
const SEED = 20_261_120;
const SENDERS = 8;
const SHIPMENTS_A_ROUND = 6;
/** Load before and, where the hub lives on, after the kill. */
const LOAD_MS = { min: 150, max: 750 };
const VISIBLE_MS_MAX = 20_000;
const RECOVERED_MS_MAX = 15_000;
const ENV = { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET, WAYBILL_SANDBOX: 'off' };
const VICTIMS = ['hub', 'postgres', 'both'] as const;

interface Parcel {
  readonly number: string;
  readonly id: string;
  /** Wall clocks of the scans that were answered with 2xx. */
  readonly acknowledged: Set<string>;
}

let data: string;
let hub: RunningHub;
let slowestStartMs = 0;

beforeEach(async () => {
  data = newDataFolder();
  hub = await startHub(data, ENV);
}, 90_000);
afterEach(async () => {
  await hub.stop().catch(() => {});
  removeDataFolder(data);
});

test(`every push that got 2xx is in the timeline after ${ROUNDS} kills under load`, async () => {
  const random = randomFrom(SEED);
  const parcels: Parcel[] = [];
  const kills: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = await registerParcels(round * SHIPMENTS_A_ROUND);
    parcels.push(...fresh);
    // Each victim in turn, so that none is left out by chance; when is random.
    const victim = VICTIMS[round % VICTIMS.length] ?? 'hub';
    kills.push(victim);
    await killUnderLoad(victim, fresh, random);
    await expectInTimeline(fresh);
  }
  await expectInTimeline(parcels);
  const count = parcels.reduce((all, { acknowledged }) => all + acknowledged.size, 0);
  expect(count).toBeGreaterThan(ROUNDS * SENDERS);
  process.stdout.write(
    `${ROUNDS} kills (${kills.join(', ')}): ${count} pushes acknowledged, none lost; ` +
      `slowest start ${Math.round(slowestStartMs)} ms\n`,
  );
}, 180_000);

async function registerParcels(from: number): Promise<Parcel[]> {
  return Promise.all(
    Array.from({ length: SHIPMENTS_A_ROUND }, async (_, i) => {
      const number = parcelNumber(from + i);
      const { id } = await callApi<{ id: string }>(hub.url, 'POST', '/v1/shipments', {
        carrier: 'fedex',
        tracking_number: number,
      });
      return { number, id, acknowledged: new Set<string>() };
    }),
  );
}

async function killUnderLoad(
  victim: (typeof VICTIMS)[number],
  parcels: readonly Parcel[],
  random: Random,
): Promise<void> {
  const load = startLoad(parcels);
  await pause(LOAD_MS.min + random.below(LOAD_MS.max - LOAD_MS.min));
  const postmaster = postmasterPid(data);
  if (victim !== 'hub' && postmaster !== null) process.kill(postmaster, 'SIGKILL');
  if (victim !== 'postgres') {
    await hub.kill();
    await load.stop();
    hub = await startHub(data, ENV);
    slowestStartMs = Math.max(slowestStartMs, hub.readyMs);
    return;
  }
  // The hub lives on and must find back by itself, under the same load.
  await until(() => ![null, postmaster].includes(postmasterPid(data)));
  const before = load.acknowledged();
  await until(() => load.acknowledged() > before);
  await load.stop();
}

function startLoad(parcels: readonly Parcel[]) {
  let stopping = false;
  let count = 0;
  let acknowledged = 0;
  const send = async (): Promise<void> => {
    while (!stopping) {
      const n = count;
      count += 1;
      const parcel = parcels[n % parcels.length];
      if (parcel === undefined) return;
      const scan = minuteScan(n);
      const status = await post(fedexPush({ number: parcel.number, scans: [scan] }));
      if (status === 200) {
        parcel.acknowledged.add(scan.date.slice(0, 19));
        acknowledged += 1;
      } else {
        await pause(20);
      }
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, send));
  return {
    acknowledged: () => acknowledged,
    async stop() {
      stopping = true;
      await senders;
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + RECOVERED_MS_MAX;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('the hub did not find back by itself');
    await pause(20);
  }
}

/** The status; null when there was no answer, which promises nothing. */
async function post(body: string): Promise<number | null> {
  try {
    const response = await fetch(new URL('/webhooks/carrier/fedex', hub.url), {
      method: 'POST',
      headers: pushHeaders(body),
      body,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

async function expectInTimeline(parcels: readonly Parcel[]): Promise<void> {
  const deadline = performance.now() + VISIBLE_MS_MAX;
  for (const parcel of parcels) {
    let missing = await missingOf(parcel);
    while (missing.length > 0 && performance.now() < deadline) {
      await pause(50);
      missing = await missingOf(parcel);
    }
    expect({ number: parcel.number, missing }).toEqual({ number: parcel.number, missing: [] });
  }
}

async function missingOf({ id, acknowledged }: Parcel): Promise<string[]> {
  const path = `/v1/shipments/${id}`;
  const { events } = await callApi<{ events: { occurred_local: string }[] }>(hub.url, 'GET', path);
  const shown = new Set(events.map((event) => event.occurred_local));
  return [...acknowledged].filter((local) => !shown.has(local));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

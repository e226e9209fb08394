import { afterEach, beforeEach, expect, test } from 'vitest';
import { randomFrom } from '../../src/adapter-kit/checks/random.ts';
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
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { killUnderLoad, type Load, pause, VICTIMS } from '../support/hubs/kill-under-load.ts';

/**
 * Invariant 1: a 2xx to a carrier means that the bytes survive `kill -9` of us and of PostgreSQL
 * one instruction later. Pushes come without pause while the one, the other or both are killed at
 * random moments; whatever was answered with 2xx must be in the timelines afterwards.
 */
/** `WAYBILL_DURABILITY_KILLS=200` for the whole drill, with `WAYBILL_DURABILITY_SEED` as one likes. */
const ROUNDS = Number(process.env['WAYBILL_DURABILITY_KILLS'] ?? 6);
const SEED = Number(process.env['WAYBILL_DURABILITY_SEED'] ?? 20_261_120);
const SENDERS = 8;
const SHIPMENTS_A_ROUND = 6;
const VISIBLE_MS_MAX = 60_000;
const ENV = { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET, WAYBILL_SANDBOX: 'off' };

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
});
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
    const before = hub;
    hub = await killUnderLoad({ data, hub, env: ENV, victim, random }, startLoad(fresh));
    if (hub !== before) slowestStartMs = Math.max(slowestStartMs, hub.readyMs);
    await expectInTimeline(fresh);
  }
  await expectInTimeline(parcels);
  const count = parcels.reduce((all, { acknowledged }) => all + acknowledged.size, 0);
  expect(count).toBeGreaterThan(ROUNDS * SENDERS);
  process.stdout.write(
    `${ROUNDS} kills (${kills.join(', ')}): ${count} pushes acknowledged, none lost; ` +
      `slowest start ${Math.round(slowestStartMs)} ms\n`,
  );
}, 900_000);

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

function startLoad(parcels: readonly Parcel[]): Load {
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

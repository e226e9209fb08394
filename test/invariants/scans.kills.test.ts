import { afterEach, beforeEach, expect, test } from 'vitest';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import { type CarriedParcel, enrolPhone, type Phone } from '../support/fleet/phones.ts';
import { type ScannedParcel, startScanners } from '../support/fleet/scanners.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { killUnderLoad, type Load, pause, VICTIMS } from '../support/hubs/kill-under-load.ts';

/**
 * What was acknowledged to scanners and to couriers' phones is in its parcels' timelines, although the
 * hub, PostgreSQL or both were killed at random moments under load; what is sent again changes nothing.
 * The phones run `waybill/driver`: what they do arrives in order, and nothing of it is refused.
 */
/** `WAYBILL_SCANS_KILLS=20` for the whole drill. */
const ROUNDS = Number(process.env['WAYBILL_SCANS_KILLS'] ?? 4);
const SEED = 20_261_122;
const SCANNED = 8;
const PHONES = 3;
/** More than a courier comes to before the kill. */
const CARRIED_BY_EACH = 8;
const VISIBLE_MS_MAX = 60_000;
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

test(`everything acknowledged is in its timeline after ${ROUNDS} kills under load`, async () => {
  const random = randomFrom(SEED);
  const phones = await Promise.all(
    Array.from({ length: PHONES }, (_, index) => enrolPhone(() => hub.url, `Courier ${index + 1}`)),
  );
  let accepted = 0;
  let requests = 0;
  let proofs = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const beganAtMs = performance.now();
    const victim = VICTIMS[round % VICTIMS.length] ?? 'hub';
    const scanned = await newParcels(SCANNED, {}).then((made) => made.map(asScanned));
    const carried = await Promise.all(phones.map(() => newCarried()));
    const load = together([
      startScanners(hub, scanned),
      ...phones.map((phone, index) => phone.drive(carried[index] ?? [])),
    ]);
    hub = await killUnderLoad({ data, hub, env: ENV, victim, random }, load);
    for (const parcel of scanned) {
      await expectScans(parcel);
      accepted += parcel.accepted.size;
    }
    await Promise.all(phones.map(expectSent));
    for (const parcel of carried.flat().filter(({ done }) => done.length > 0)) {
      await expectCarried(parcel);
      requests += 1;
      proofs += parcel.proofs.length;
    }
    process.stdout.write(
      `kill ${round + 1} (${victim}): ${accepted} scans, ${requests} doors, ${proofs} proofs so far; ` +
        `${Math.round((performance.now() - beganAtMs) / 1_000)} s\n`,
    );
  }
  expect(accepted).toBeGreaterThan(ROUNDS * 40);
  expect(requests).toBeGreaterThan(ROUNDS * PHONES);
  process.stdout.write(
    `${ROUNDS} kills: ${accepted} scans, ${requests} doors and ${proofs} proofs acknowledged, none ` +
      'lost, none twice\n',
  );
}, 1_200_000);

interface Made {
  readonly id: string;
  readonly tracking_number: string;
}

async function newParcels(count: number, more: object): Promise<readonly Made[]> {
  const shipments = Array.from({ length: count }, () => ({ carrier: 'fleet', ...more }));
  const { data: made } = await callApi<{ data: { body: Made }[] }>(
    hub.url,
    'POST',
    '/v1/shipments/batch',
    { shipments },
  );
  return made.map(({ body }) => body);
}

const asScanned = ({ id, tracking_number }: Made): ScannedParcel => ({
  id,
  number: tracking_number,
  accepted: new Set<string>(),
});

async function newCarried(): Promise<CarriedParcel[]> {
  const made = await newParcels(CARRIED_BY_EACH, { require_proof: ['photo', 'signature'] });
  return made.map(({ id, tracking_number: number }) => ({ id, number, done: [], proofs: [] }));
}

function together(loads: readonly Load[]): Load {
  return {
    acknowledged: () => loads.reduce((sum, load) => sum + load.acknowledged(), 0),
    stop: async () => void (await Promise.all(loads.map((load) => load.stop()))),
  };
}

async function expectScans({ id, number, accepted }: ScannedParcel): Promise<void> {
  await eventually(async () => {
    const shown = (await timelineOf(id)).map(({ occurred_local }) => occurred_local);
    expect(new Set(shown).size).toBe(shown.length);
    const missing = [...accepted].filter((local) => !shown.includes(local));
    expect({ number, missing }).toEqual({ number, missing: [] });
  });
}

/** Phones try again by themselves; here they need not wait for their turn. */
async function expectSent({ session }: Phone): Promise<void> {
  await eventually(async () => {
    await session.flush();
    const { waiting, refused } = await session.snapshot();
    expect(refused.map(({ refusal }) => refusal)).toEqual([]);
    expect(waiting).toEqual([]);
  });
}

interface Shown {
  readonly proofs: readonly { readonly client_id: string; readonly files: readonly unknown[] }[];
  readonly missing: readonly string[];
}

async function expectCarried({ id, number, done, proofs }: CarriedParcel): Promise<void> {
  await eventually(async () => {
    const shown = (await timelineOf(id)).map(({ occurred_at, status }) => [occurred_at, status]);
    expect([number, ...shown.sort()]).toEqual([number, ...done]);
  });
  const path = `/v1/shipments/${id}/proof`;
  const shown = await callApi<Shown>(hub.url, 'GET', path);
  expect(shown.missing).toEqual([]);
  // A photo and a signature each.
  expect(shown.proofs.map(({ client_id, files }) => [client_id, files.length])).toEqual(
    proofs.map((proof) => [proof, 2]),
  );
}

interface Entry {
  readonly occurred_local: string;
  readonly occurred_at: string;
  readonly status: string;
}

async function timelineOf(id: string): Promise<readonly Entry[]> {
  const path = `/v1/shipments/${id}`;
  return (await callApi<{ events: readonly Entry[] }>(hub.url, 'GET', path)).events;
}

async function eventually(holds: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + VISIBLE_MS_MAX;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await pause(50);
  }
}

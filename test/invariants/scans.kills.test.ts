import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Random, randomFrom } from '../../src/adapter-kit/checks/random.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  postmasterPid,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * A scan that was answered with `accepted` is in its parcel's timeline, although the hub, PostgreSQL
 * or both were killed at random moments under load; one that is sent again changes nothing.
 */
const ROUNDS = 20;
const SEED = 20_261_122;
const SENDERS = 4;
const PARCELS = 8;
const SCANS_A_REQUEST = 10;
/** Between two requests of a sender: a parcel is scanned dozens of times, not thousands. */
const EVERY_MS = 25;
const LOAD_MS = { min: 150, max: 750 };
const VISIBLE_MS_MAX = 20_000;
const RECOVERED_MS_MAX = 15_000;
const FIRST_MS = Date.UTC(2026, 2, 10);
const ENV = { WAYBILL_SANDBOX: 'off' };
const VICTIMS = ['hub', 'postgres', 'both'] as const;

interface Parcel {
  readonly number: string;
  readonly id: string;
  /** Wall clocks of the scans that were accepted: each has one of its own. */
  readonly accepted: Set<string>;
}

let data: string;
let hub: RunningHub;
let sent = 0;

beforeEach(async () => {
  data = newDataFolder();
  hub = await startHub(data, ENV);
}, 90_000);
afterEach(async () => {
  await hub.stop().catch(() => {});
  removeDataFolder(data);
});

test(`every accepted scan is in its timeline after ${ROUNDS} kills under load`, async () => {
  const random = randomFrom(SEED);
  let accepted = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const parcels = await newParcels();
    await killUnderLoad(VICTIMS[round % VICTIMS.length] ?? 'hub', parcels, random);
    for (const parcel of parcels) {
      await expectInTimeline(parcel);
      accepted += parcel.accepted.size;
    }
    process.stdout.write(`kill ${round + 1}: ${accepted} scans accepted so far\n`);
  }
  expect(accepted).toBeGreaterThan(ROUNDS * SENDERS * SCANS_A_REQUEST);
  process.stdout.write(`${ROUNDS} kills: ${accepted} scans accepted, none lost, none twice\n`);
}, 540_000);

async function newParcels(): Promise<Parcel[]> {
  return Promise.all(
    Array.from({ length: PARCELS }, async () => {
      const made = await callApi<{ id: string; tracking_number: string }>(
        hub.url,
        'POST',
        '/v1/shipments',
        { carrier: 'fleet' },
      );
      return { id: made.id, number: made.tracking_number, accepted: new Set<string>() };
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
    return;
  }
  await until(() => ![null, postmaster].includes(postmasterPid(data)));
  const before = load.accepted();
  await until(() => load.accepted() > before);
  await load.stop();
}

/** What was not answered is sent again, as scanners do. */
function startLoad(parcels: readonly Parcel[]) {
  let stopping = false;
  let accepted = 0;
  const send = async (): Promise<void> => {
    let scans: readonly Scan[] | null = null;
    while (!stopping) {
      scans ??= someScans(parcels);
      const results = await post(scans);
      if (results === null) {
        await pause(20);
        continue;
      }
      results.forEach(({ outcome }, nr) => {
        const scan = scans?.[nr];
        if (outcome === 'rejected' || scan === undefined) return;
        const parcel = parcels.find(({ number }) => number === scan.tracking_number);
        parcel?.accepted.add(scan.scanned_at.slice(0, 19));
        accepted += 1;
      });
      scans = null;
      await pause(EVERY_MS);
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, send));
  return {
    accepted: () => accepted,
    async stop() {
      stopping = true;
      await senders;
    },
  };
}

interface Scan {
  readonly tracking_number: string;
  readonly code: string;
  readonly scanned_at: string;
}

function someScans(parcels: readonly Parcel[]): Scan[] {
  return Array.from({ length: SCANS_A_REQUEST }, () => {
    sent += 1;
    return {
      tracking_number: parcels[sent % parcels.length]?.number ?? '',
      code: 'SORT',
      scanned_at: new Date(FIRST_MS + sent * 1_000).toISOString(),
    };
  });
}

/** Null: no answer, or one that promises nothing. */
async function post(scans: readonly Scan[]): Promise<readonly { outcome: string }[] | null> {
  try {
    const response = await fetch(new URL('/v1/scans', hub.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(scans),
    });
    const answer = (await response.json()) as { results: readonly { outcome: string }[] };
    return response.status === 202 ? answer.results : null;
  } catch {
    return null;
  }
}

async function expectInTimeline(parcel: Parcel): Promise<void> {
  const deadline = performance.now() + VISIBLE_MS_MAX;
  let missing = await missingOf(parcel);
  while (missing.length > 0 && performance.now() < deadline) {
    await pause(50);
    missing = await missingOf(parcel);
  }
  expect({ number: parcel.number, missing }).toEqual({ number: parcel.number, missing: [] });
}

async function missingOf({ id, accepted }: Parcel): Promise<string[]> {
  const path = `/v1/shipments/${id}`;
  const { events } = await callApi<{ events: { occurred_local: string }[] }>(hub.url, 'GET', path);
  const shown = events.map((event) => event.occurred_local);
  expect(new Set(shown).size).toBe(shown.length);
  return [...accepted].filter((local) => !shown.includes(local));
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + RECOVERED_MS_MAX;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('the hub did not find back by itself');
    await pause(20);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

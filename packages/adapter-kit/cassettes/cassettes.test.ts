import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CarrierAdapter, ParseOutcome } from '../../../src/adapters/contract/contract.ts';
import type { TrackOutcome } from '../../../src/adapters/contract/pull.ts';
import {
  createPace,
  createSession,
  createTokenCache,
  loadAdapters,
  type Registry,
} from '../../../src/adapters/index.ts';
import {
  loadSandboxes,
  type RunningSandbox,
  type SandboxCarrier,
  sandboxClock,
  startSandbox,
} from '../../../src/adapters/sandbox-kit/index.ts';
import { manualClock } from '../../../src/platform/clock.ts';
import { createHttpClient, type HttpClient } from '../../../src/platform/net/http-client.ts';
import {
  type Cassette,
  cassetteText,
  readCassette,
  recordingHttp,
  scrubbedCassette,
  trackAll,
} from './cassette.ts';
import { replayCassette } from './replay-cassette.ts';

const START_MS = Date.UTC(2026, 3, 15, 10);
const http = createHttpClient();
let registry: Registry;
let sandboxes: readonly SandboxCarrier[];
let sandbox: RunningSandbox;
beforeAll(async () => {
  registry = await loadAdapters();
  sandboxes = await loadSandboxes();
  const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
  sandbox = await startSandbox({ carriers: [...sandboxes], clock });
});
afterAll(async () => {
  http.close();
  await sandbox?.stop();
});

/** Returns pseudo-random numbers from 0 up to 1, the same in every run. */
function seeded(): () => number {
  let state = 12_345;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

async function record(
  adapter: CarrierAdapter,
  carrier: SandboxCarrier,
  numbers: readonly string[],
  keepNumbers = false,
) {
  const clock = manualClock(START_MS);
  const wait = async (ms: number) => {
    clock.advance(ms);
    await sandbox.advance(ms);
  };
  const origin = `${sandbox.origin}/${carrier.name}`;
  const recording = recordingHttp(http, origin);
  const sessionOver = (client: HttpClient) =>
    createSession({
      accountId: 'a',
      adapter,
      credentials: carrier.credentials,
      origin,
      http: client,
      tokens: createTokenCache(clock, wait),
      clock,
      pace: createPace([], clock, wait),
      randomBytes: (length) => new Uint8Array(length),
      debit: async () => ({ ok: true }),
      breaker: { allows: () => ({ ok: true }), report: () => {} },
    });
  // A bridge answers about registered parcels only.
  const parcels = numbers.map((trackingNumber) => ({
    trackingNumber,
    carrierCode: carrier.bridge?.carrierCode ?? null,
    reference: null,
    postalCode: null,
  }));
  await adapter.bridge?.register(parcels, sessionOver(http));
  const outcomes = await trackAll(adapter, numbers, sessionOver(recording));
  const recorded = { asked_at: new Date(START_MS).toISOString(), system: 'sandbox' } as const;
  const made = scrubbedCassette({ ...recorded, exchanges: recording.exchanges }, adapter, {
    secrets: Object.values(carrier.credentials),
    numbers,
    keepNumbers,
    random: seeded(),
  });
  return { ...made, outcomes };
}

/** The report in an answer, without numbers, people and identities. */
function said(adapter: CarrierAdapter, outcome: TrackOutcome | undefined): unknown {
  if (outcome?.outcome !== 'answer') return outcome?.outcome;
  const { text, httpStatus } = outcome;
  const read: ParseOutcome = adapter.parse({ text, httpStatus, kind: 'track' });
  if (read.outcome !== 'reports') return read.outcome;
  return read.reports.map(({ facts, snapshot }) => ({
    facts: facts.map(({ codes, time, place }) => ({
      codes,
      time,
      city: place?.city,
      postalCode: place?.postalCode,
      country: place?.country,
    })),
    estimate: snapshot.estimatedDelivery,
  }));
}

describe('a cassette', () => {
  it('of every carrier replays what was recorded: the same codes, times and places, other numbers', async () => {
    for (const carrier of sandboxes) {
      const adapter = registry.get(carrier.name);
      if (adapter?.track === undefined) continue;
      // A cassette has no carriers of parcels, which these bridges name in each call.
      if (carrier.bridge !== undefined && adapter.manifest.limits.batchMax === 1) continue;
      const numbers = carrier.scenarios.flatMap((each) => each.numbers.slice(0, 1)).slice(0, 4);
      const { cassette, outcomes, replaced } = await record(adapter, carrier, numbers);
      const text = cassetteText(cassette);
      const again = readCassette(text, 'cassette');
      const replay = await replayCassette(adapter, again);
      expect([carrier.name, replay.unanswered]).toEqual([carrier.name, []]);
      expect(replay.outcomes.map((outcome) => said(adapter, outcome))).toEqual(
        outcomes.map((outcome) => said(adapter, outcome)),
      );
      expect(outcomes.some(({ outcome }) => outcome === 'answer')).toBe(true);
      for (const number of numbers) expect(text).not.toContain(number);
      for (const [index, number] of again.tracking_numbers.entries()) {
        const [made] = adapter.numbers.recognise(adapter.numbers.normalize(number));
        const [real] = adapter.numbers.recognise(adapter.numbers.normalize(numbers[index] ?? ''));
        expect([made?.format, made?.checkDigit]).toEqual([real?.format, real?.checkDigit]);
      }
      for (const secret of Object.values(carrier.credentials)) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/Bearer (?!scrubbed)|Basic [A-Za-z0-9]/);
      expect(replaced.length).toBeGreaterThan(0);
    }
  });

  it('keeps the numbers when that is wanted', async () => {
    const [carrier] = sandboxes;
    const adapter = carrier && registry.get(carrier.name);
    if (carrier === undefined || adapter === undefined) throw new Error('no sandbox');
    const numbers = carrier.scenarios.flatMap((each) => each.numbers.slice(0, 1)).slice(0, 1);
    const { cassette } = await record(adapter, carrier, numbers, true);
    expect(cassette.tracking_numbers).toEqual(numbers);
    expect(cassetteText(cassette)).toContain(numbers[0]);
  });

  it('that is broken, or another’s, is rejected with a readable error', async () => {
    expect(() => readCassette('{', 'x.json')).toThrow('x.json is not JSON');
    expect(() => readCassette('{}', 'x.json')).toThrow('waybill_cassette');
    const cassette: Cassette = {
      waybill_cassette: 1,
      carrier: 'acme',
      asked_at: '2026-04-15T10:00:00Z',
      system: 'sandbox',
      tracking_numbers: ['1'],
      exchanges: [],
    };
    expect(readCassette(cassetteText(cassette), 'x')).toEqual(cassette);
    const [carrier] = sandboxes;
    const adapter = registry.get(carrier?.name ?? '');
    if (adapter === undefined) throw new Error('no adapter');
    const replay = await replayCassette(adapter, cassette);
    expect(replay.outcomes.every(({ outcome }) => outcome !== 'answer')).toBe(true);
  });
});

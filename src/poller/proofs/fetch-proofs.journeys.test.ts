import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CarrierSession, ProofOutcome, ProofRequest } from '../../adapters/contract/pull.ts';
import { createProofs, type Proofs } from '../../intake/index.ts';
import { openLocalBlobs } from '../../platform/blobs.ts';
import { systemRandom } from '../../platform/clock.ts';
import { ObjectStoreUnavailable } from '../../platform/objects/object-store.ts';
import { createEnvelopeSealer, createKeyring } from '../../platform/sealing/sealing.ts';
import { readState } from '../accounts/state.sql.ts';
import { usedCalls } from '../budget/ledger.sql.ts';
import { explainPolling } from '../due/explain-polling.ts';
import type { CallGuard } from '../run/guard.ts';
import { openTestPoller, START_MS, TEST_POLICIES, type TestPoller } from '../test-poller.ts';
import { type FetchProofsDeps, fetchProofs } from './fetch-proofs.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NEVER = new AbortController().signal;
const LETTER: ProofOutcome = {
  outcome: 'documents',
  documents: [{ kind: 'signature', mediaType: 'application/pdf', bytes: Buffer.from('%PDF-1') }],
};
const NONE: ProofOutcome = { outcome: 'none', reason: 'no letter' };

let poller: TestPoller;
let folder: string;
let proofs: Proofs;
let deps: FetchProofsDeps;
/** The carrier's answer, and the requests that it received. */
let says: (request: ProofRequest) => ProofOutcome;
let calls: { readonly number: string; readonly atMs: number; readonly offered: unknown }[];
/** What happens while the carrier answers. */
let during: (number: string) => Promise<void>;
/** The host that a call names, as with carriers that serve proofs from another host. */
let origin: string | undefined;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-proofs-'));
  poller = await openTestPoller({ limits: { callsPerDay: 200 } });
  const { db, clock } = poller;
  const sealer = createEnvelopeSealer(createKeyring([new Uint8Array(32).fill(7)], systemRandom));
  const blobs = openLocalBlobs(folder);
  proofs = createProofs({ db, blobs, sealer, clock, randomBytes: systemRandom });
  calls = [];
  says = () => LETTER;
  during = async () => {};
  origin = undefined;
  const { adapter } = poller.carrier;
  Object.assign(adapter.manifest, { capabilities: ['pull', 'proof_of_delivery'] });
  Object.assign(adapter, {
    async proofOfDelivery(request: ProofRequest, session: CarrierSession): Promise<ProofOutcome> {
      const to = origin === undefined ? {} : { origin };
      const answer = await session.send({ method: 'GET', path: '/proof', ...to });
      if (answer.kind === 'unsent') return { outcome: 'unsent', reason: answer.reason };
      const { trackingNumber: number, offered } = request;
      calls.push({ number, atMs: clock.nowMs(), offered });
      await during(number);
      return says(request);
    },
  });
  deps = {
    ...poller.deps,
    proofs,
    openSession: (_account, _adapter, guard) => sessionOver(guard),
  };
});
afterEach(async () => {
  await poller.close();
  rmSync(folder, { recursive: true });
});

/** Opens a session that uses the breaker and the budget as the product's own does. */
function sessionOver(guard: CallGuard): CarrierSession {
  return {
    credentials: {},
    nowMs: () => poller.clock.nowMs(),
    newId: () => '0'.repeat(32),
    async send() {
      const permission = guard.breaker.allows();
      if (!permission.ok) return { kind: 'unsent', reason: 'breaker_open', retryAfterS: null };
      const debit = await guard.debit();
      guard.breaker.report(debit.ok ? { kind: 'http', status: 200 } : { kind: 'unsent' });
      if (!debit.ok) return { kind: 'unsent', reason: 'budget', retryAfterS: debit.retryAfterS };
      return { kind: 'http', status: 200, headers: {}, text: '' };
    },
  };
}

const fetchNow = () => fetchProofs(deps, poller.account, poller.carrier.adapter, NEVER);

/** Handles due tracking and then due proofs, as an account's run does. */
async function poll(): Promise<number | null> {
  await poller.run();
  return fetchNow();
}

/** Polls the numbers with a delivery in the answer and processes it, so that no tracking is due. */
async function deliver(...numbers: readonly string[]): Promise<void> {
  const atMs = START_MS - MINUTE_MS;
  for (const number of numbers) {
    poller.carrier.parcels.set(number, [{ code: 'delivered', atMs }]);
    await poller.ingest(number);
  }
  await poller.run();
  await poller.logAnswers();
  poller.clock.advance(6 * MINUTE_MS);
}

/** Makes no tracking due. */
async function notDue(): Promise<void> {
  await poller.db.pipeline.query("update poll_targets set due_at = '9999-01-01'");
}

/** Makes the day's plan leave this many calls. */
async function saved(calls: number): Promise<void> {
  await poller.db.pipeline.query(
    'update account_states set saved_planned = $1, saved_owed = 0, saved_at = to_timestamp($2)',
    [calls, poller.clock.nowMs() / 1_000],
  );
}

const listOf = (trackingNumber: string) =>
  proofs.list(poller.tenant, {
    shipmentId: '00000000-0000-7000-8000-000000000000',
    carrier: 'acme',
    trackingNumber,
    fromMs: 0,
    untilMs: null,
  });
async function explained(trackingNumber: string) {
  const { db, plans, tenant } = poller;
  const parcel = { carrier: 'acme', trackingNumber };
  const found = await explainPolling({ db, plans, policies: () => TEST_POLICIES }, tenant, parcel);
  return found?.proof;
}

describe('a proof of delivery is not requested', () => {
  it('while the delivery is not believed, or once it is none any more', async () => {
    await deliver('A');
    await poller.ingest('A', { status: 'delivered', confirmed: false });
    await poll();
    await poller.ingest('A', { status: 'out_for_delivery' });
    await poll();
    expect(calls).toEqual([]);
    expect(await explained('A')).toBeNull();
    await poller.ingest('A', { status: 'delivered', confirmed: true });
    poller.clock.advance(6 * MINUTE_MS);
    await poll();
    expect(calls).toHaveLength(1);
  });

  it('of a carrier that gives none', async () => {
    Object.assign(poller.carrier.adapter.manifest, { capabilities: ['pull'] });
    await deliver('A');
    expect(await poll()).toBeNull();
    expect([calls, await explained('A')]).toEqual([[], null]);
  });

  it('of a parcel that was deleted', async () => {
    await deliver('A');
    await poller.ingest('A', { type: 'shipment.deleted' });
    await poll();
    expect(calls).toEqual([]);
  });

  it('and one that came while its parcel was being deleted is removed', async () => {
    await deliver('A', 'B');
    during = async (number) => {
      if (number === 'A') await poller.ingest('A', { type: 'shipment.deleted' });
    };
    await poll();
    expect(calls.map(({ number }) => number).sort()).toEqual(['A', 'B']);
    expect([await listOf('A'), (await listOf('B')).length]).toEqual([[], 1]);
    // The merchant has already deleted it, but the due index does not know yet.
    await poller.ingest('B', { type: 'shipment.deleted' });
    expect(await listOf('B')).toEqual([]);
  });

  it('nor is one retained that was stored just after', async () => {
    await deliver('A');
    deps = {
      ...deps,
      proofs: {
        ...proofs,
        async store(...given) {
          await poller.ingest('A', { type: 'shipment.deleted' });
          return proofs.store(...given);
        },
      },
    };
    await poll();
    expect([calls.length, await listOf('A')]).toEqual([1, []]);
  });

  it('while none could be stored', async () => {
    await deliver('A');
    const assertStorable = () => {
      throw new ObjectStoreUnavailable('files: not stored');
    };
    deps = { ...deps, proofs: { ...proofs, assertStorable } };
    await expect(fetchNow()).rejects.toThrow(ObjectStoreUnavailable);
    expect(calls).toEqual([]);
  });

  it('while anything is due for tracking', async () => {
    await deliver('A');
    await poller.ingest('NEW');
    expect(await fetchNow()).toBeNull();
    expect(calls).toEqual([]);
    await poll();
    expect(calls).toHaveLength(1);
  });

  it('beyond a twentieth of the calls of an account that is short of them', async () => {
    await deliver();
    for (let index = 0; index < 14; index += 1)
      await poller.ingest(`S${index}`, { status: 'delivered' });
    poller.clock.advance(6 * MINUTE_MS);
    await notDue();
    await saved(90);
    await poller.db.pipeline.query('update account_states set stretched = true');
    for (let index = 0; index < 8; index += 1) {
      await fetchNow();
      poller.clock.advance(MINUTE_MS);
    }
    expect(calls).toHaveLength(10);
    await poller.db.pipeline.query('update account_states set stretched = false');
    await fetchNow();
    expect(calls).toHaveLength(14);
  });

  it('without a call that the day’s plan has left', async () => {
    await deliver('A');
    await saved(-1);
    expect(await fetchNow()).toBeGreaterThan(poller.clock.nowMs());
    expect(calls).toEqual([]);
  });

  it('while the carrier is out or wants to be left in peace', async () => {
    await deliver('A');
    says = () => ({ outcome: 'rate_limited', reason: 'too many', retryAfterS: 3_600 });
    await poll();
    says = () => LETTER;
    const limitedAtMs = calls[0]?.atMs ?? 0;
    const state = await readState(poller.db.pipeline, poller.account.id);
    expect(state?.trouble).toMatchObject({ state: 'rate_limited' });
    poller.clock.advance(59 * MINUTE_MS);
    await poll();
    expect(calls).toHaveLength(1);
    expect(await explained('A')).toMatchObject({
      state: 'waiting',
      why: expect.stringMatching(/too many.*not count as an attempt/),
    });
    poller.clock.set(limitedAtMs + HOUR_MS + MINUTE_MS);
    await poll();
    expect(await explained('A')).toMatchObject({ state: 'received' });
  });
});

describe('a proof of delivery', () => {
  it('is requested once soon after the delivery, within the budget, and stored', async () => {
    await deliver('A');
    const before = await explained('A');
    expect(before).toMatchObject({ state: 'waiting' });
    expect(Date.parse(before?.next_try_at ?? '')).toBe(START_MS + 5 * MINUTE_MS);
    const windows = [{ window: 'day', windowS: 86_400, calls: 200 }] as const;
    const used = () =>
      usedCalls(poller.db.pipeline, poller.account.id, windows, poller.clock.nowMs());
    const [earlier] = await used();
    await poll();
    const [later] = await used();
    expect((later?.calls ?? 0) - (earlier?.calls ?? 0)).toBe(1);
    expect(await listOf('A')).toMatchObject([{ kind: 'signature', mediaType: 'application/pdf' }]);
    expect(await explained('A')).toEqual({
      state: 'received',
      next_try_at: null,
      why: 'The carrier gave 1 of them.',
    });
    poller.clock.advance(4 * DAY_MS);
    await poll();
    expect(calls).toHaveLength(1);
  });

  it('is requested again after 1, 6, 24 and 72 hours where there is none, and then no more', async () => {
    says = () => NONE;
    await deliver('A');
    const endMs = START_MS + 6 * DAY_MS;
    while (poller.clock.nowMs() < endMs) {
      await poll();
      poller.clock.advance(30 * MINUTE_MS);
    }
    const [first = 0] = calls.map(({ atMs }) => atMs);
    const hours = calls.map(({ atMs }) => Math.floor((atMs - first) / HOUR_MS));
    expect(hours).toEqual([0, 1, 6, 24, 72]);
    expect(await explained('A')).toMatchObject({ state: 'none', next_try_at: null });
    const { rows } = await poller.db.pipeline.query(
      'select tries, jsonb_array_length(requests) as askings from proof_requests',
    );
    expect(rows).toEqual([{ tries: 5, askings: 5 }]);
  });

  it('that comes twice is stored once', async () => {
    await deliver('A');
    await poll();
    await poller.ingest('A', { status: 'out_for_delivery' });
    await poller.ingest('A', { status: 'delivered' });
    poller.clock.advance(6 * MINUTE_MS);
    await poll();
    expect(calls).toHaveLength(2);
    expect(await listOf('A')).toHaveLength(1);
  });

  it('of a number’s next instance is requested again', async () => {
    await deliver('A');
    await poll();
    const createdAtMs = poller.clock.nowMs();
    await poller.ingest('A', { shipmentId: crypto.randomUUID(), sequence: 1, createdAtMs });
    poller.clock.advance(6 * MINUTE_MS);
    await poll();
    expect(calls).toHaveLength(2);
  });

  it('is requested with what the answer since the delivery offered, if there was one', async () => {
    await deliver('A');
    await poller.ingest('PUSHED', { status: 'delivered', lastEventAtMs: poller.clock.nowMs() });
    await notDue();
    poller.clock.advance(6 * MINUTE_MS);
    await poll();
    const offered = calls.map(({ number, offered: kinds }) => [number, kinds]);
    expect(Object.fromEntries(offered)).toEqual({ A: [], PUSHED: null });
  });

  it('that an account may not have leaves its tracking alone, and its other proofs wait', async () => {
    await deliver('A', 'B');
    says = () => ({ outcome: 'scope_missing', reason: 'no right to letters' });
    await poll();
    await poll();
    expect(calls).toHaveLength(1);
    const state = await readState(poller.db.pipeline, poller.account.id);
    expect(state?.trouble).toBeNull();
    for (const number of ['A', 'B']) {
      expect(await explained(number)).toMatchObject({ why: expect.stringMatching(/no right/) });
    }
    poller.clock.advance(7 * HOUR_MS);
    says = () => LETTER;
    await poll();
    expect((await listOf('A')).length + (await listOf('B')).length).toBe(2);
  });

  it('from another host of the carrier does not pause the account when that host limits it', async () => {
    origin = 'https://letters.acme.example';
    says = () => ({ outcome: 'rate_limited', reason: 'too many', retryAfterS: 3_600 });
    await deliver('A');
    await poll();
    expect(calls).toHaveLength(1);
    expect((await readState(poller.db.pipeline, poller.account.id))?.trouble).toBeNull();
  });
});

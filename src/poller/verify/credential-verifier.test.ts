import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import { loadAdapters, type Registry } from '../../adapters/index.ts';
import {
  loadSandboxes,
  type RunningSandbox,
  type SandboxCarrier,
  sandboxClock,
  startSandbox,
} from '../../adapters/sandbox-kit/index.ts';
import { createAccounts } from '../../intake/index.ts';
import { manualClock, systemRandom } from '../../platform/clock.ts';
import { createHttpClient, type HttpClient } from '../../platform/net/http-client.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createKeyring } from '../../platform/sealing/sealing.ts';
import { ensureState } from '../accounts/state.sql.ts';
import { usedCalls } from '../budget/ledger.sql.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import {
  type Candidate,
  type CredentialVerifier,
  createCredentialVerifier,
} from './credential-verifier.ts';

import { verifyWaiting } from './verify-waiting.ts';

let poller: TestPoller;
let registry: Registry;
let sandboxes: readonly SandboxCarrier[];
let sandbox: RunningSandbox;
let http: HttpClient;
const SECRET = 'a-planted-wrong-secret';

beforeAll(async () => {
  poller = await openTestPoller({ mode: 'test', environment: 'sandbox' });
  registry = await loadAdapters();
  sandboxes = await loadSandboxes();
  const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
  sandbox = await startSandbox({ carriers: [...sandboxes], clock });
  http = createHttpClient();
});
afterAll(async () => {
  http?.close();
  await sandbox?.stop();
  await poller?.close();
});

function verifier(change: { origin?: string | null; client?: HttpClient } = {}) {
  const { db, clock } = poller;
  return createCredentialVerifier({
    db,
    clock,
    wait: async (ms) => clock.advance(ms),
    randomBytes: systemRandom,
    http: change.client ?? http,
    adapterOf: (name) => registry.get(name),
    originOf: ({ carrier }) =>
      change.origin === undefined ? `${sandbox.origin}/${carrier}` : change.origin,
  });
}

function candidate(carrier: string, credentials: Readonly<Record<string, string>>): Candidate {
  const caps = { perHour: null, perDay: null };
  return { ...poller.tenant, id: null, carrier, environment: 'sandbox', credentials, caps };
}

/** Returns the carrier's own credentials with every secret replaced. */
function wrong({ name, credentials }: SandboxCarrier): Record<string, string> {
  const fields = registry.get(name)?.access?.credentials ?? [];
  const secrets = fields.filter(({ secret }) => secret).map((field) => field.name);
  return Object.fromEntries(
    Object.entries(credentials).map(([key, value]) => [
      key,
      secrets.includes(key) ? SECRET : value,
    ]),
  );
}

describe('credentials', () => {
  it('of every carrier are verified when they are its own, and refused when they are wrong', async () => {
    expect(sandboxes.length).toBeGreaterThanOrEqual(5);
    const polled = sandboxes.filter(({ name }) => registry.get(name)?.track !== undefined);
    for (const carrier of polled) {
      const { name, credentials } = carrier;
      const ask = verifier();
      const good = await ask.verify(candidate(name, credentials));
      expect([name, good]).toEqual([name, { state: 'verified' }]);
      const bad = await ask.verify(candidate(name, wrong(carrier)));
      expect([name, bad.state]).toEqual([name, 'refused']);
      expect(JSON.stringify(bad)).not.toContain(SECRET);
    }
  });

  it('are unverified where the carrier has no endpoint, and while it is down', async () => {
    const [{ name, credentials } = { name: '', credentials: {} }] = sandboxes;
    const checked = candidate(name, credentials);
    expect(await verifier({ origin: null }).verify(checked)).toMatchObject({ state: 'unverified' });
    const nowhere = 'http://127.0.0.1:9';
    expect(await verifier({ origin: nowhere }).verify(checked)).toMatchObject({
      state: 'unverified',
      reason: { 'accounts.noUsableAnswer': { reason: expect.any(String) } },
    });
  });

  it('wait as long as a carrier requests, whatever else is tried meanwhile', async () => {
    let calls = 0;
    const busy: HttpClient = {
      close: () => {},
      async send() {
        calls += 1;
        const headers = { 'retry-after': '600', date: new Date(START_MS).toUTCString() };
        return { kind: 'answer', status: 429, headers, bytes: new Uint8Array(), text: '' };
      },
    };
    const [{ name, credentials } = { name: '', credentials: {} }] = sandboxes;
    const ask = verifier({ client: busy });
    for (let index = 0; index < 3; index += 1) {
      const verdict = await ask.verify(candidate(name, credentials));
      expect(verdict).toMatchObject({ state: 'unverified', retryAfterS: expect.any(Number) });
    }
    expect(calls).toBe(1);
  });

  it('wait an hour at most and for nobody else: not another merchant’s, not a stored account’s', async () => {
    let calls = 0;
    const busy: HttpClient = {
      close: () => {},
      async send() {
        calls += 1;
        const headers = { 'retry-after': '86400', date: new Date(START_MS).toUTCString() };
        return { kind: 'answer', status: 429, headers, bytes: new Uint8Array(), text: '' };
      },
    };
    const [{ name, credentials } = { name: '', credentials: {} }] = sandboxes;
    const ask = verifier({ client: busy });
    const mine = candidate(name, credentials);
    const others = { ...mine, merchantId: '00000000-0000-7000-8000-00000000000f' };
    for (const each of [mine, mine, others, others]) await ask.verify(each);
    expect(calls).toBe(2);
    const stored = { ...mine, id: poller.account.id };
    for (const each of [stored, stored]) await ask.verify(each);
    expect(calls).toBe(3);
    expect((await ask.verify(mine)).state).toBe('unverified');
    poller.clock.advance(3_600_001);
    await ask.verify(mine);
    expect(calls).toBe(4);
    // A day later, the calls of the stored account no longer count.
    poller.clock.advance(86_400_000);
  });

  it('share one pace of the token endpoint, and leave no token behind', async () => {
    const { clock } = poller;
    const sentMs: number[] = [];
    const client: HttpClient = {
      close: () => {},
      async send() {
        sentMs.push(clock.nowMs());
        return { kind: 'answer', status: 200, headers: {}, bytes: new Uint8Array(), text: '' };
      },
    };
    const adapter: CarrierAdapter = {
      ...poller.carrier.adapter,
      access: {
        credentials: [],
        origins: { production: sandbox.origin, test: null },
        headers: () => ({}),
        token: {
          callsPerSecondMax: 1,
          request: () => ({ method: 'POST', path: '/token' }),
          read: () => ({ outcome: 'token', token: 'a-planted-token', lifetimeS: 3_600 }),
        },
      },
    };
    const ask = createCredentialVerifier({
      db: poller.db,
      clock,
      http: client,
      randomBytes: systemRandom,
      wait: async (ms) => clock.advance(ms),
      adapterOf: () => adapter,
      originOf: () => sandbox.origin,
    });
    for (let index = 0; index < 4; index += 1) {
      expect(await ask.verify(candidate('acme', { key: 'k' }))).toEqual({ state: 'verified' });
    }
    // Each is verified separately: the previous one's token is not reused.
    expect(sentMs).toHaveLength(4);
    const gaps = sentMs.slice(1).map((ms, index) => ms - (sentMs[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  });

  it('are masked should an adapter ever quote them', async () => {
    const quoting: CarrierAdapter = {
      ...poller.carrier.adapter,
      access: {
        credentials: [],
        origins: { production: sandbox.origin, test: null },
        headers: () => ({}),
        verify: {
          request: () => ({ method: 'GET', path: '/' }),
          read: () => ({ outcome: 'auth_error', reason: `unknown key ${SECRET}` }),
        },
      },
    };
    const ask = createCredentialVerifier({
      db: poller.db,
      clock: poller.clock,
      http,
      randomBytes: systemRandom,
      wait: async () => {},
      adapterOf: () => quoting,
      originOf: () => sandbox.origin,
    });
    expect(await ask.verify(candidate('acme', { key: SECRET }))).toEqual({
      state: 'refused',
      reason: { 'values.verbatim': { text: 'unknown key ***' } },
    });
  });
});

describe('a call that verifies', () => {
  it('is booked like any other, and not made when the day is spent', async () => {
    let calls = 0;
    const adapter: CarrierAdapter = {
      ...poller.carrier.adapter,
      access: {
        credentials: [],
        origins: { production: sandbox.origin, test: null },
        headers: () => ({}),
        verify: {
          request: () => ({ method: 'GET', path: '/' }),
          read: () => {
            calls += 1;
            return { outcome: 'accepted' };
          },
        },
      },
    };
    const { db, clock, account } = poller;
    const ask = createCredentialVerifier({
      db,
      clock,
      http,
      randomBytes: systemRandom,
      wait: async () => {},
      adapterOf: () => adapter,
      originOf: () => sandbox.origin,
    });
    const mine = { ...account, caps: { perHour: null, perDay: 2 } };
    await ask.stored(mine);
    expect(await ask.verify(mine)).toEqual({ state: 'verified' });
    expect(await ask.verify(mine)).toMatchObject({ state: 'unverified' });
    expect(calls).toBe(1);
    const day = { window: 'day', windowS: 86_400, calls: 2 } as const;
    expect(await usedCalls(db.pipeline, account.id, [day], clock.nowMs())).toMatchObject([
      { calls: 2 },
    ]);
  });
});

describe('credentials that were stored unverified', () => {
  it('is verified later, ever more rarely, until the carrier answers; each change is published', async () => {
    const { db, clock, tenant } = poller;
    const keyring = createKeyring([new Uint8Array(32).fill(7)], systemRandom);
    const accounts = createAccounts({ db, clock, keyring, randomBytes: systemRandom });
    const { id } = await accounts.create(tenant, {
      carrier: 'acme',
      label: 'later',
      environment: 'sandbox',
      credentials: { key: 'k' },
    });
    await ensureState(db.pipeline, { id, carrier: 'acme', ...tenant }, clock.nowMs());
    const verdicts: Awaited<ReturnType<CredentialVerifier['verify']>>[] = [
      { state: 'unverified', reason: 'accounts.carrierNotReached' },
      { state: 'unverified', reason: 'accounts.carrierNotReached' },
      { state: 'verified' },
    ];
    const checked: number[] = [];
    const startMs = clock.nowMs();
    const deps = {
      db,
      clock,
      accounts,
      randomBytes: systemRandom,
      log: createLog({ level: 'silent' }),
      wake: () => {},
      verifier: {
        async verify(of: Candidate) {
          if (of.id !== id) return { state: 'verified' } as const;
          checked.push((clock.nowMs() - startMs) / 1_000);
          return (
            verdicts.shift() ??
            ({ state: 'refused', reason: 'accounts.carrierNotReached' } as const)
          );
        },
        stored: async () => {},
      },
    };
    for (let s = 0; s <= 400; s += 10) {
      await verifyWaiting(deps);
      clock.advance(10_000);
    }
    expect(checked).toEqual([0, 120]);
    expect((await accounts.find(tenant, id))?.verification?.state).toBe('unverified');
    clock.advance(600_000);
    await verifyWaiting(deps);
    expect((await accounts.find(tenant, id))?.verification).toMatchObject({
      state: 'verified',
      reason: null,
      atMs: clock.nowMs(),
    });
    // New credentials are verified again, and a verdict on others does not apply to them.
    const old = await accounts.forPolling(id, { fresh: true });
    await accounts.patch(tenant, id, () => ({ credentials: { key: 'other' } }));
    if (old === null) throw new Error('it is gone');
    expect(await accounts.keepVerdict(db.pipeline, old, { state: 'verified' })).toBeNull();
    await verifyWaiting(deps);
    const { rows } = await db.pipeline.query(
      `select data->>'state' as state from event_log
       where subject_id = $1 and type = 'carrier_account.verification_changed' order by sequence`,
      [id],
    );
    expect(rows.map(({ state }) => state)).toEqual(['verified', 'refused']);
    expect((await accounts.find(tenant, id))?.verification).toMatchObject({ state: 'refused' });
    clock.advance(86_400_000);
    const before = checked.length;
    await verifyWaiting(deps);
    expect(checked.length).toBe(before);
  });
});

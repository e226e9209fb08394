import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  HOUR_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/hubs/virtual-hub.ts';

/**
 * After six hours one carrier answers 429 for half an hour, the other refuses the credentials for
 * six.
 */
const STRUCK_MS = VIRTUAL_START_MS + 6 * HOUR_MS;
const MENDED_MS = STRUCK_MS + 6 * HOUR_MS;
/** The pause that the limiting carrier requests. */
const RETRY_AFTER_MS = HOUR_MS;
/** Pauses double up to this. */
const PAUSE_MS_MAX = 6 * HOUR_MS;

let virtual: VirtualHub;
const accounts = new Map<string, string>();

beforeAll(async () => {
  virtual = await openVirtualHub();
  virtual.sandbox.faults.add({ kind: 'push_silence' });
  for (const carrier of ['usps', 'fedex']) {
    accounts.set(carrier, await virtual.connect(carrier));
    for (const [index, number] of virtual.numbers(carrier, 4).entries()) {
      const atMs = VIRTUAL_START_MS - index * 10 * HOUR_MS;
      await virtual.track(carrier, number, { scenario: 'moving', atMs });
    }
  }
  await virtual.runUntil(STRUCK_MS);
  const untilMs = STRUCK_MS + HOUR_MS / 2;
  virtual.sandbox.faults.add({ kind: 'rate_limited', carrier: 'usps', untilMs });
  virtual.sandbox.setCredentials('fedex', 'sandbox-client', null, 'wrong');
  virtual.sandbox.expireTokens('fedex');
  await virtual.runUntil(MENDED_MS);
  virtual.sandbox.setCredentials('fedex', 'sandbox-client', null, 'good');
  await virtual.runUntil(MENDED_MS + PAUSE_MS_MAX + HOUR_MS);
});
afterAll(() => virtual.close());

function calls(carrier: string, fromMs: number, untilMs: number) {
  return virtual.wire.calls.filter(
    (call) => call.carrier === carrier && call.atMs >= fromMs && call.atMs < untilMs,
  );
}

async function reportedStates(carrier: string) {
  const events = await virtual.events(accounts.get(carrier) ?? '');
  return events.map(({ type, data, atMs }) => ({ type, state: data['state'], atMs }));
}

describe('a carrier that asks for a pause', () => {
  it('gets it from the whole account, for as long as it asked', () => {
    const [first, next] = calls('usps', STRUCK_MS, MENDED_MS);
    expect(first?.status).toBe(429);
    expect((next?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(RETRY_AFTER_MS);
    expect(next?.status).toBe(200);
    const waiting = calls('usps', VIRTUAL_START_MS, STRUCK_MS).at(-1)?.atMs ?? 0;
    expect((first?.atMs ?? 0) - waiting).toBeLessThan(HOUR_MS);
  });

  it('is published as one change there and one back', async () => {
    const states = await reportedStates('usps');
    expect(states.map(({ type }) => type)).toEqual(
      Array.from({ length: 3 }, () => 'carrier_account.health_changed'),
    );
    expect(states.map(({ state }) => state)).toEqual(['ok', 'rate_limited', 'ok']);
    expect((states[2]?.atMs ?? 0) - (states[1]?.atMs ?? 0)).toBeGreaterThanOrEqual(RETRY_AFTER_MS);
  });
});

describe('credentials that are refused', () => {
  it('are retried ever more seldom, and nothing else is requested with them', () => {
    const refused = calls('fedex', STRUCK_MS, MENDED_MS);
    const [first, ...tries] = refused;
    // The cached token was refused once; from then on only tokens are requested.
    expect(first).toMatchObject({ path: '/track/v1/trackingnumbers', status: 401 });
    expect(new Set(tries.map(({ path }) => path))).toEqual(new Set(['/oauth/token']));
    expect(tries.length).toBeGreaterThan(3);
    expect(tries.length).toBeLessThan(15);
  });

  it('are published once, with a reason and without a secret, and again when they work', async () => {
    const states = await reportedStates('fedex');
    expect(states.map(({ state }) => state)).toEqual(['ok', 'failing_credentials', 'ok']);
    expect((states[1]?.atMs ?? 0) - STRUCK_MS).toBeLessThan(HOUR_MS / 2);
    expect(states[2]?.atMs).toBeGreaterThan(MENDED_MS);
    const events = await virtual.events(accounts.get('fedex') ?? '');
    expect(events[1]?.data['reason']).toContain('401');
    expect(JSON.stringify(events)).not.toContain('sandbox-secret');
  });

  it('work again: everything is polled as before', async () => {
    expect(await virtual.health(accounts.get('fedex') ?? '')).toMatchObject({
      state: 'ok',
      targets: { overdue: 0 },
    });
    expect(calls('fedex', MENDED_MS, Infinity).some(({ numbers }) => numbers.length > 0)).toBe(
      true,
    );
  });
});

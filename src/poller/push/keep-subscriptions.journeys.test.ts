import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CarrierAdapter, PushSubscriptionManifest } from '../../adapters/contract/contract.ts';
import type { PushHook, SubscribeOutcome } from '../../adapters/contract/pull.ts';
import { scriptedSession } from '../../adapters/session/test-carrier-session.ts';
import type { PollingAccount } from '../../intake/index.ts';
import { createLog } from '../../platform/observability/log.ts';
import { accountHealth } from '../accounts/health.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import {
  type KeepSubscriptionsDeps,
  keepSubscriptions,
  TAKE_OVER_MS,
  watchPush,
} from './keep-subscriptions.ts';
import { createHandshakePerformer } from './perform-handshakes.ts';
import { coverTargets } from './push-health.sql.ts';

const DAY_MS = 86_400_000;
let poller: TestPoller;
let account: PollingAccount;
let woken: string[];
let subscriptions: { numbers: readonly string[]; hook: PushHook }[];

beforeEach(async () => {
  poller = await openTestPoller();
  account = { ...poller.account, webhookSecrets: ['test-secret'] };
  subscriptions = [];
  woken = [];
  await poller.run(); // creates the account's row
});
afterEach(() => poller.close());

type Answer = (number: string | null) => SubscribeOutcome;
const accepted: Answer = (trackingNumber) => ({
  outcome: 'subscribed',
  trackingNumber,
  subscriptionId: `s-${trackingNumber}`,
  expiresAtMs: poller.clock.nowMs() + 14 * DAY_MS,
  pending: false,
});

function adapterWith(scope: PushSubscriptionManifest['scope'], answer: Answer): CarrierAdapter {
  const { adapter } = poller.carrier;
  const push = { trust: 'secret', secretHeaders: [], header: 'x-key' } as const;
  return {
    ...adapter,
    manifest: {
      ...adapter.manifest,
      push: {
        ...push,
        headerConfigurable: false,
        replayWindowS: null,
        subscription: { scope, numbersPerCall: 2, lifetimeS: null },
      },
    },
    async subscribe(numbers, hook) {
      subscriptions.push({ numbers, hook });
      return scope === 'account' ? [answer(null)] : numbers.map(answer);
    },
  };
}

function keep(
  scope: PushSubscriptionManifest['scope'],
  answer: Answer,
  publicUrl = 'https://hub.shop.com',
) {
  const deps: KeepSubscriptionsDeps = {
    ...poller.deps,
    publicUrl: () => publicUrl,
    headerName: () => undefined,
    wake: (accountId) => void woken.push(accountId),
  };
  return keepSubscriptions(deps, account, adapterWith(scope, answer), scriptedSession([]));
}

async function rows(): Promise<Record<string, unknown>[]> {
  const { rows: found } = await poller.db.pipeline.query(
    `select tracking_number as number, state, reason from push_subscriptions order by 1`,
  );
  return found;
}

describe('subscriptions by number', () => {
  test('are requested in batches, once, and renewed before they end', async () => {
    await poller.ingestAll(['N1', 'N2', 'N3']);
    expect(await keep('number', accepted)).toBe(3);
    expect(subscriptions.map(({ numbers }) => numbers.length)).toEqual([2, 1]);
    expect(subscriptions[0]?.hook.url).toBe(
      `https://hub.shop.com/webhooks/carrier/acme/${account.id}`,
    );
    expect(await keep('number', accepted)).toBe(0);
    poller.clock.advance(13 * DAY_MS);
    expect(await keep('number', accepted)).toBe(3);
    poller.clock.advance(DAY_MS * 1.2);
    expect(await keep('number', accepted)).toBe(0);
    expect((await rows()).map(({ state }) => state)).toEqual(['active', 'active', 'active']);
  });

  test('that fail for the account stop there and are tried again later', async () => {
    await poller.ingestAll(['N1', 'N2', 'N3']);
    const limited: Answer = (trackingNumber) => ({
      outcome: 'rate_limited',
      trackingNumber,
      reason: '429',
    });
    expect(await keep('number', limited)).toBe(2);
    expect(subscriptions).toHaveLength(1);
    expect((await rows()).map(({ state }) => state)).toEqual(['wanted', 'wanted']);
    poller.clock.advance(6 * 60_000);
    expect(await keep('number', accepted)).toBe(3);
  });

  test.each([
    ['credentials that are refused', { outcome: 'auth_error', reason: '401' }],
    ['a carrier that wants peace', { outcome: 'rate_limited', reason: '429' }],
    ['a carrier that does not answer', 'timeout'],
  ] as const)('wait for %s until a poll has gone well', async (_, failure) => {
    await poller.ingestAll(['N1', 'N2', 'N3', 'N4', 'N5', 'N6']);
    poller.carrier.failure = failure;
    for (let index = 0; index < 4; index += 1) {
      await poller.run();
      expect(await keep('number', accepted)).toBe(0);
      poller.clock.advance(20_000);
    }
    expect(await rows()).toEqual([]);
    poller.carrier.failure = null;
    await poller.runUntil(poller.clock.nowMs() + 2 * 3_600_000);
    expect(await keep('number', accepted)).toBe(6);
  });

  test('end with their parcels', async () => {
    await poller.ingest('N1');
    await keep('number', accepted);
    await poller.ingest('N1', { type: 'shipment.deleted' });
    await keep('number', accepted);
    expect(await rows()).toEqual([{ number: 'N1', state: 'ended', reason: 'over' }]);
  });

  test('are created again when the secret has changed, because the endpoint rejects the old one', async () => {
    await poller.ingest('N1');
    await keep('number', accepted);
    account = { ...account, webhookSecrets: ['new-test-secret', 'test-secret'] };
    expect(await keep('number', accepted)).toBe(1);
    expect(subscriptions[1]?.hook.secret).toBe('new-test-secret');
    expect(await keep('number', accepted)).toBe(0);
  });
});

test('one for the whole account is requested once', async () => {
  await poller.ingest('N1');
  expect(await keep('account', accepted)).toBe(1);
  expect(await keep('account', accepted)).toBe(0);
  expect(await rows()).toEqual([{ number: null, state: 'active', reason: null }]);
});

test('without a public https address none is requested, and the account says why', async () => {
  await poller.ingest('N1');
  expect(await keep('number', accepted, 'http://127.0.0.1:8080')).toBe(0);
  const reason = () =>
    poller.db.pipeline
      .query('select push_reason from account_states')
      .then(({ rows: [row] }) => row?.push_reason);
  expect(await reason()).toContain('WAYBILL_PUBLIC_URL');
  await keep('number', accepted);
  expect(await reason()).toBeNull();
});

test('a handshake is performed once its subscription is known, and brings it to life', async () => {
  await poller.ingest('N1');
  const call = { method: 'POST', path: '/confirm' } as const;
  const waiting = {
    id: 'h-1',
    accountId: account.id,
    carrier: 'acme',
    subscriptionId: 's-N1',
    call,
    requestedAtMs: START_MS,
  };
  const done: string[] = [];
  const session = scriptedSession([{ kind: 'http', status: 202, headers: {}, text: '' }]);
  const performer = createHandshakePerformer({
    db: poller.db,
    clock: poller.clock,
    log: createLog({ level: 'silent' }),
    handshakes: {
      waiting: async () => (done.length === 0 ? [waiting] : []),
      done: async (_, id) => void done.push(id),
      dropOld: async () => 0,
    },
    sessionOf: async () => session,
  });
  expect(await performer.perform()).toBe(0);
  await keep('number', (number) => ({ ...accepted(number), pending: true }) as SubscribeOutcome);
  expect((await rows())[0]).toMatchObject({ state: 'pending' });
  expect(await performer.perform()).toBe(1);
  expect(await performer.perform()).toBe(0);
  expect(session.calls).toEqual([call]);
  expect((await rows())[0]).toMatchObject({ state: 'active' });
});

describe('pushes that fall silent', () => {
  const HOUR_MS = 3_600_000;
  const observed = (atMs: number, knownFactAtMs: number | null) => [
    { hadBeenPulled: true, knownFactAtMs, newFactsAtMs: [atMs] },
  ];
  const watch = (atMs: number, known: number | null) => {
    const log = createLog({ level: 'silent' });
    return watchPush({ ...poller.deps, log }, account, observed(atMs, known));
  };

  test('are taken over by polling within the bound, and left to push when it works again', async () => {
    const factMs = START_MS - 2 * HOUR_MS;
    await poller.ingest('N1', { status: 'in_transit', lastEventAtMs: factMs });
    await keep('number', accepted);
    expect((await poller.target('N1')).push).toBe('none');
    await watch(factMs, factMs);
    expect(await watch(factMs, factMs)).toBe(true);
    await keep('number', accepted);
    expect((await poller.target('N1')).push).toBe('healthy');
    const farMs = poller.clock.nowMs() + 12 * HOUR_MS;
    await poller.db.pipeline.query('update poll_targets set due_at = to_timestamp($1 / 1000.0)', [
      farMs,
    ]);

    await watch(factMs, null);
    expect(await watch(factMs, null)).toBe(true);
    await keep('number', accepted);
    const target = await poller.target('N1');
    expect(target.push).toBe('silent');
    expect(target.why).toContain('it is polled instead');
    expect(target.dueAtMs).toBeLessThanOrEqual(poller.clock.nowMs() + TAKE_OVER_MS);

    await watch(factMs, factMs);
    expect(await watch(factMs, factMs)).toBe(true);
    await keep('number', accepted);
    expect((await poller.target('N1')).push).toBe('healthy');
  });
});

test('push coverage is written to all parcels at once, however many there are', async () => {
  await poller.ingestAll(Array.from({ length: 7 }, (_, index) => `M${index}`));
  const cover = {
    accountId: account.id,
    group: account,
    state: 'silent' as const,
    byNumber: false,
    nowMs: START_MS,
    takeOverMs: TAKE_OVER_MS,
  } as const;
  expect(await coverTargets(poller.db.pipeline, cover, 2)).toBe(7);
  expect(await coverTargets(poller.db.pipeline, cover, 2)).toBe(0);
});

describe('how pushes are', () => {
  const HOUR_MS = 3_600_000;
  const factMs = START_MS - 2 * HOUR_MS;
  const MISSED = [{ hadBeenPulled: true, knownFactAtMs: null, newFactsAtMs: [factMs] }];
  const OBSERVED = [{ hadBeenPulled: true, knownFactAtMs: factMs, newFactsAtMs: [factMs] }];
  const refused: Answer = (trackingNumber) => ({
    outcome: 'refused',
    trackingNumber,
    reason: 'the listener is not reached',
  });
  const down: Answer = (trackingNumber) => ({
    outcome: 'error',
    trackingNumber,
    reason: 'no usable answer',
  });

  async function announced(): Promise<unknown[]> {
    const { rows: found } = await poller.db.pipeline.query(
      `select data from event_log
       where subject_id = $1 and type = 'carrier_account.push_changed' order by sequence`,
      [account.id],
    );
    return found.map(({ data }) => data);
  }
  const states = async () =>
    (await announced()).map((data) => {
      const { previous_state: before, state } = data as Record<string, unknown>;
      return `${before} → ${state}`;
    });
  const health = async () =>
    (
      await accountHealth(
        { ...poller.deps, db: poller.db, plans: poller.plans },
        poller.tenant,
        account.id,
      )
    )?.push;

  test('is published once per change, however many processes detect it', async () => {
    const see = (pulled: typeof OBSERVED | typeof MISSED) =>
      Promise.all([1, 2, 3].map(() => watchPush(poller.deps, account, pulled)));
    await see(OBSERVED);
    await see(OBSERVED);
    expect(await health()).toMatchObject({ state: 'healthy' });
    await see(MISSED);
    expect(await health()).toMatchObject({ state: 'silent' });
    await see(OBSERVED);
    expect(await states()).toEqual(['none → healthy', 'healthy → silent', 'silent → healthy']);
    expect((await announced())[1]).toEqual({
      id: account.id,
      carrier: 'acme',
      label: 'main',
      state: 'silent',
      previous_state: 'healthy',
      reason: expect.stringContaining('no webhook had reported'),
    });
    const { rows: found } = await poller.db.pipeline.query(
      'select sequence from event_log where subject_id = $1 order by sequence',
      [account.id],
    );
    expect(found.map(({ sequence }) => sequence)).toEqual(found.map((_, index) => index + 1));
  });

  test('is suspended once the account’s subscription was refused, until one lives again', async () => {
    await poller.ingest('N1');
    await watchPush(poller.deps, account, [...OBSERVED, ...OBSERVED]);
    await keep('account', accepted);
    expect((await poller.target('N1')).push).toBe('healthy');
    poller.clock.advance(13 * DAY_MS);
    await keep('account', refused);
    await keep('account', refused);
    expect(await health()).toMatchObject({
      state: 'suspended',
      subscriptions: 0,
      reason: 'the listener is not reached',
      since: new Date(poller.clock.nowMs()).toISOString(),
    });
    expect((await poller.target('N1')).push).toBe('silent');
    expect(woken).toEqual([account.id]);
    // There is no evidence: another source had reported what the poll found.
    await watchPush(poller.deps, account, [...OBSERVED, ...OBSERVED]);
    poller.clock.advance(DAY_MS);
    await keep('account', accepted);
    expect(await health()).toMatchObject({ state: 'none', subscriptions: 1, reason: null });
    expect(await states()).toEqual(['none → healthy', 'healthy → suspended', 'suspended → none']);
    expect((await announced())[1]).toMatchObject({
      reason: 'no subscription is active: the listener is not reached',
    });
  });

  test('is suspended when all subscriptions by number end and none can be renewed', async () => {
    await poller.ingestAll(['N1', 'N2']);
    await keep('number', accepted);
    poller.clock.advance(13 * DAY_MS);
    await keep('number', down);
    expect(await health()).toMatchObject({ state: 'none', subscriptions: 2 });
    poller.clock.advance(2 * DAY_MS);
    await keep('number', down);
    expect(await health()).toMatchObject({ state: 'suspended', reason: 'no usable answer' });
    expect(await states()).toEqual(['none → suspended']);
  });

  test('is none, with the reason, when a carrier refuses a number that it never took', async () => {
    await poller.ingest('N1');
    await keep('number', refused);
    expect(await health()).toMatchObject({ state: 'none', reason: 'the listener is not reached' });
    expect(await states()).toEqual([]);
  });

  test('is not suspended by parcels that have ended', async () => {
    await poller.ingest('N1');
    await keep('number', accepted);
    await poller.ingest('N1', { type: 'shipment.deleted' });
    poller.clock.advance(20 * DAY_MS);
    await keep('number', down);
    expect(await states()).toEqual([]);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { PollableAccount } from '../../intake/index.ts';
import { explainPolling } from '../due/explain-polling.ts';
import type { Plans } from '../due/plans.ts';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import { accountInCharge, accountsToAsk } from './in-charge.ts';

const GROUP = { merchantId: 'm', mode: 'test', carrier: 'acme' } as const;
const account = (
  id: string,
  environment: PollableAccount['environment'],
  createdAtMs: number,
): PollableAccount => ({ ...GROUP, id, environment, createdAtMs });
const chosenOf = (...all: PollableAccount[]) =>
  accountInCharge({ pollable: async () => all }, GROUP);

describe('the account in charge', () => {
  it('is none where there is no account, or only those of others', async () => {
    const others = { ...account('a', 'production', 1), mode: 'live' } as const;
    expect(await chosenOf(others)).toBeNull();
  });

  it('is the oldest of its kind, whatever order they come in', async () => {
    const chosen = await chosenOf(
      account('young', 'carrier_test', 3),
      account('old', 'carrier_test', 2),
    );
    expect(chosen).toMatchObject({ id: 'old', isOverSandbox: false });
    expect(chosen?.why).toContain('the oldest of 2 accounts');
  });

  it('is one of the carrier’s own test system before an older one of the built-in sandbox', async () => {
    const chosen = await chosenOf(
      account('made', 'sandbox', 1),
      account('real', 'carrier_test', 9),
    );
    expect(chosen).toMatchObject({ id: 'real', isOverSandbox: true });
    expect(chosen?.why).toContain('before the built-in sandbox');
  });

  it('is the sandbox’s where there is no other', async () => {
    const chosen = await chosenOf(account('made', 'sandbox', 1));
    expect(chosen).toMatchObject({ id: 'made', isOverSandbox: false });
    expect(chosen?.why).toContain('none of the carrier');
  });
});

describe('the accounts that poll', () => {
  const idsOf = async (...all: PollableAccount[]) =>
    (await accountsToAsk({ pollable: async () => all })).map(({ id }) => id);
  const young = account('young', 'carrier_test', 3);

  it('are those in charge, so that another is new among them when its turn has come', async () => {
    expect(await idsOf(account('old', 'carrier_test', 2), young)).toEqual(['old']);
    expect(await idsOf(young)).toEqual(['young']);
  });
});

describe('a number that the sandbox account polled', () => {
  let poller: TestPoller;
  afterEach(() => poller.close());

  it('stays explained when an account of the carrier’s test system takes over', async () => {
    poller = await openTestPoller({ mode: 'test' });
    poller.carrier.parcels.set('A', [{ code: 'PICK', atMs: START_MS - 60_000 }]);
    await poller.ingest('A');
    await poller.run();
    const explain = (plans: Pick<Plans, 'inChargeOf' | 'bridgesOf'>) =>
      explainPolling({ db: poller.db, plans, policies: poller.deps.policies }, poller.tenant, {
        carrier: 'acme',
        trackingNumber: 'A',
      });
    const chosen = await chosenOf(
      account(crypto.randomUUID(), 'sandbox', START_MS),
      account(crypto.randomUUID(), 'carrier_test', START_MS + 60_000),
    );
    expect(await explain({ ...poller.plans, inChargeOf: async () => chosen })).toMatchObject({
      account_id: chosen?.id,
      account_why: expect.stringMatching(
        /before the built-in sandbox\. Until now .* sandbox was used/,
      ),
      last_polled_at: new Date(START_MS).toISOString(),
      known_to_carrier: true,
    });
    expect(await explain(poller.plans)).toMatchObject({
      account_id: poller.account.id,
      account_why: expect.not.stringContaining('Until now'),
    });
    expect(await explain({ ...poller.plans, inChargeOf: async () => null })).toMatchObject({
      account_id: null,
      account_why: null,
    });
  });
});

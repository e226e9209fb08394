import { afterEach, describe, expect, it } from 'vitest';
import type { PollableAccount } from '../../intake/index.ts';
import { openTestPoller, START_MS, TEST_POLICIES, type TestPoller } from '../test-poller.ts';
import { createPlans } from './plans.ts';

const GROUP = { merchantId: 'm', mode: 'test', carrier: 'acme' } as const;

const adapterOf = () => undefined;

describe('the account in charge of a merchant’s parcels', () => {
  let poller: TestPoller;
  afterEach(() => poller.close());

  it('is known at once to the process where an account came or went, and soon to others', async () => {
    poller = await openTestPoller();
    const all: PollableAccount[] = [];
    const { db, clock } = poller;
    const accounts = { pollable: async () => [...all] };
    const [here, elsewhere] = [1, 2].map(() =>
      createPlans({ db, clock, accounts, adapterOf, policies: () => TEST_POLICIES }),
    );
    expect(await here?.accountOf(GROUP)).toBeNull();
    expect(await elsewhere?.accountOf(GROUP)).toBeNull();
    all.push({ ...GROUP, id: 'new', environment: 'sandbox', createdAtMs: START_MS });
    here?.accountsChanged();
    expect(await here?.accountOf(GROUP)).toBe('new');
    expect(await elsewhere?.accountOf(GROUP)).toBeNull();
    clock.advance(10_000);
    expect(await elsewhere?.accountOf(GROUP)).toBe('new');
    all.pop();
    here?.accountsChanged();
    expect(await here?.inChargeOf(GROUP)).toBeNull();
  });
});

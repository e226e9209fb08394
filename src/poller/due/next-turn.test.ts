import { afterEach, describe, expect, it } from 'vitest';
import { openTestPoller, START_MS, type TestPoller } from '../test-poller.ts';
import { explainPolling } from './explain-polling.ts';
import { nextTurnAtMs } from './plans.ts';

const NUMBERS = ['A', 'B', 'C', 'D'];

describe('the explanation for a number whose account has used its calls', () => {
  let poller: TestPoller;
  afterEach(() => poller.close());

  const explain = (trackingNumber: string) => {
    const { db, plans, deps, tenant } = poller;
    return explainPolling(
      { db, plans, policies: deps.policies, turnOf: (...due) => nextTurnAtMs(deps, ...due) },
      tenant,
      { carrier: 'acme', trackingNumber },
    );
  };

  it('gives the time when a call becomes available, not that the poll is overdue', async () => {
    poller = await openTestPoller({ limits: { callsPerDay: 24 } });
    await poller.ingestAll(NUMBERS);
    await poller.run();
    const numbers = new Set(poller.carrier.calls.flatMap(({ numbers }) => numbers));
    const waiting = NUMBERS.find((number) => !numbers.has(number)) ?? 'all were asked about';
    const explained = await explain(waiting);
    expect(explained?.why).toContain('has used the calls that its limits');
    expect(Date.parse(explained?.next_poll_at ?? '')).toBeGreaterThan(START_MS);
    const [first = ''] = numbers;
    expect((await explain(first))?.why).not.toContain('has used');
  });

  it('is the carrier’s own reason where it lets the account wait', async () => {
    poller = await openTestPoller({ limits: { callsPerDay: 24 } });
    await poller.ingestAll(NUMBERS);
    poller.carrier.failure = { outcome: 'rate_limited', reason: 'slow down', retryAfterS: 900 };
    await poller.run();
    const explained = await explain('D');
    expect(explained?.why).toMatch(/The account is not used until then: .+\.$/);
    expect(explained?.why).not.toContain('has used');
    expect(Date.parse(explained?.next_poll_at ?? '')).toBeGreaterThan(START_MS);
  });

  it('is nothing of the kind while there are calls', async () => {
    poller = await openTestPoller();
    await poller.ingestAll(NUMBERS);
    await poller.run();
    await poller.ingest('E');
    expect((await explain('E'))?.why).not.toContain('has used');
  });
});

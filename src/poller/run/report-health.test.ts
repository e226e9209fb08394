import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../platform/observability/log.ts';
import { openTestPoller, type TestPoller } from '../test-poller.ts';
import { runAccount } from './run-account.ts';

const lines: Record<string, unknown>[] = [];
const log = createLog({
  level: 'info',
  destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
});
let poller: TestPoller;
beforeEach(async () => {
  lines.length = 0;
  poller = await openTestPoller();
});
afterEach(() => poller.close());

it.each([
  ['auth_error', 'failing_credentials'],
  ['scope_missing', 'missing_scope'],
  ['rate_limited', 'rate_limited'],
] as const)(
  'an account that fails with %s is warned of once, and its recovery is reported',
  async (outcome, health) => {
    const { id } = poller.account;
    const run = () => runAccount({ ...poller.deps, log }, id, new AbortController().signal);
    await poller.ingest('A');
    poller.carrier.failure = { outcome, reason: 'because', retryAfterS: 120 };
    for (let index = 0; index < 3; index += 1) {
      const { nextWakeAtMs } = await run();
      poller.clock.set((nextWakeAtMs ?? 0) + 86_400_000);
    }
    expect(lines).toMatchObject([
      { level: 'warn', account: id, carrier: 'acme', health, reason: 'because' },
    ]);
    poller.carrier.failure = null;
    await run();
    expect(lines).toMatchObject([{ level: 'warn' }, { level: 'info', account: id, health: 'ok' }]);
    expect(JSON.stringify(lines)).not.toContain('test-key');
  },
);

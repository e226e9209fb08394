import { manualClock, systemRandom } from '../../../platform/clock.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import { createHttpClient, type HttpClient } from '../../../platform/net/http-client.ts';
import { openMailbox } from './mailbox/mailbox.ts';
import { trustedConnect } from './outside.ts';
import type { ChannelDeps } from './plugin.ts';
import { TEST_NOW_MS } from './test-now.ts';

/** Nobody runs into it, on no machine. */
const TIMEOUT_MS = 60_000;

/** Nothing here is to be posted to a stranger. */
const NO_POST: Pick<Egress, 'post' | 'checkUrl'> = {
  post: async () => ({ kind: 'refused', reason: 'address', detail: 'not in this test' }),
  checkUrl: async () => null,
};

/** What a channel works with in a test of its own; servers hang up before anybody waits for long. */
export function testDeps(over: Partial<ChannelDeps> = {}): ChannelDeps {
  const http: HttpClient = createHttpClient({ timeoutMs: TIMEOUT_MS, keepAlive: false });
  return {
    ...{ http, freshHttp: http, post: NO_POST, connect: trustedConnect(TIMEOUT_MS) },
    ...{ trusted: true, apiUrl: null, timeoutMs: TIMEOUT_MS, deliveryStatusUrl: () => null },
    ...{ mailbox: openMailbox('/nowhere'), clock: manualClock(TEST_NOW_MS) },
    randomBytes: systemRandom,
    ...over,
  };
}

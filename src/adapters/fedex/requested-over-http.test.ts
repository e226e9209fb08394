import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type SandboxBench } from '../test-sandbox.ts';
import { adapter } from './index.ts';
import { proofOfDelivery } from './proof.ts';
import { sandbox as carrier } from './sandbox.ts';
import { subscribe } from './subscribe.ts';

const HOUR_MS = 3_600_000;
const DELIVERED = '122816215025810';
const UNKNOWN = '999999999999';
const NUMBERS = carrier.scenarios.flatMap(({ numbers }) => numbers);
const HOOK = { url: 'https://hub.example/hook', secret: 'test-security-token', header: null };
let bench: SandboxBench;

beforeEach(async () => {
  bench = await openBench(adapter, carrier);
});
afterEach(() => bench.close());

describe('the FedEx sandbox, called by the adapter over HTTP and within its limits', () => {
  it('answers 30 numbers in one call, the unknown one for itself', async () => {
    const outcomes = await bench.track([...NUMBERS.slice(0, 29), UNKNOWN]);
    expect(outcomes.at(-1)).toMatchObject({ trackingNumber: UNKNOWN, outcome: 'not_found' });
    expect(outcomes.filter(({ outcome }) => outcome === 'answer').length).toBeGreaterThan(20);
    expect(bench.reports).toEqual([{ kind: 'http', status: 200 }]);
  });

  it('gives one token to many callers, and another one after its hour', async () => {
    const ask = () => Promise.all(Array.from({ length: 20 }, () => bench.trackOne(DELIVERED)));
    await ask();
    await bench.sandbox.advance(HOUR_MS);
    const kinds = (await ask()).map(({ outcome }) => outcome);
    expect(new Set(kinds)).toEqual(new Set(['answer']));
    expect(bench.reports).toHaveLength(40);
  });

  it('gives the letter of a delivered parcel, and none of an unknown one', async () => {
    const ask = (trackingNumber: string) =>
      proofOfDelivery(
        { trackingNumber, carrierPieceId: null, offered: ['signature'] },
        bench.session(),
      );
    expect(await ask(DELIVERED)).toMatchObject({
      outcome: 'documents',
      documents: [{ kind: 'signature', mediaType: 'application/pdf' }],
    });
    expect(await ask(UNKNOWN)).toMatchObject({ outcome: 'none' });
  });

  it('takes numbers for the webhook of the portal, and none without one', async () => {
    expect(await subscribe([DELIVERED], HOOK, bench.session())).toMatchObject([
      { outcome: 'scope_missing' },
    ]);
    const account = carrier.credentials['client_id'] ?? '';
    bench.sandbox.subscribe('fedex', { account, numbers: [], url: HOOK.url, secret: HOOK.secret });
    expect(await subscribe([DELIVERED], HOOK, bench.session())).toMatchObject([
      { outcome: 'subscribed', trackingNumber: DELIVERED, subscriptionId: expect.any(String) },
    ]);
  });
});

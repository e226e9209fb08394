import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type SandboxBench } from '../../test-sandbox.ts';
import { adapter } from './index.ts';
import { sandbox } from './sandbox.ts';

const HOUR_MS = 3_600_000;
const NUMBER = '9400100000000000000983';
const parcel = { trackingNumber: NUMBER, carrierCode: 'usps', reference: null, postalCode: null };
let bench: SandboxBench;
beforeEach(async () => {
  bench = await openBench(adapter, sandbox, { rates: [] });
});
afterEach(() => bench.close());

describe('the sandbox of ShipEngine', () => {
  it('pushes registered parcels until they are stopped, signed with a key of its key set', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const hook = await bench.listen();
    const session = bench.session();
    const account = session.credentials['api_key'] ?? '';
    bench.sandbox.subscribe('shipengine', { account, numbers: null, url: hook.url, secret });
    bench.sandbox.register('shipengine', { number: NUMBER, scenario: 'delivered' });
    await bench.sandbox.advance(3 * HOUR_MS);
    expect(hook.webhooks).toHaveLength(0);

    await adapter.bridge?.register([parcel], session);
    await bench.sandbox.advance(18 * HOUR_MS);
    expect(hook.webhooks).toHaveLength(3);
    const answer = await fetch(`${bench.sandbox.origin}/shipengine/jwks`);
    const { keys } = (await answer.json()) as { keys: readonly (JsonWebKey & { kid: string })[] };
    for (const push of hook.webhooks) {
      const key = keys.find(({ kid }) => kid === adapter.webhook?.keyId?.(push.headers)) ?? {};
      const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      const sentMs = Date.parse(push.headers['x-shipengine-timestamp'] ?? '');
      expect(adapter.webhook?.verify(push, [pem.toString()], sentMs)).toMatchObject({ ok: true });
    }

    await adapter.bridge?.stop?.([parcel], session);
    await bench.sandbox.advance(24 * HOUR_MS);
    expect(hook.webhooks).toHaveLength(3);
  });
});

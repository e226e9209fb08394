import { Shippo } from 'shippo';
import { webhookPayloadTrackFromJSON } from 'shippo/models/components/webhookpayloadtrack.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapter } from '../../src/adapters/bridges/shippo/index.ts';
import { sandbox } from '../../src/adapters/bridges/shippo/sandbox.ts';
import { openBench, type SandboxBench } from '../../src/adapters/test-sandbox.ts';

/** Shippo's own client, unmodified but for the address, against our sandbox of the service. */
describe('Shippo’s client', () => {
  let bench: SandboxBench;
  beforeAll(async () => {
    bench = await openBench(adapter, sandbox, { rates: [] });
  });
  afterAll(() => bench.close());

  const clientOf = (token: string) =>
    new Shippo({
      apiKeyHeader: `ShippoToken ${token}`,
      serverURL: `${bench.sandbox.origin}/shippo`,
      shippoApiVersion: '2018-02-08',
    });

  it('registers a parcel and reads it', async () => {
    const { trackingStatus } = clientOf('shippo_live_client');
    const trackingNumber = bench.numberOf('attempted-then-pickup');
    const created = await trackingStatus.create({ carrier: 'usps', trackingNumber });
    expect(created).toMatchObject({ trackingNumber, trackingStatus: { status: 'TRANSIT' } });
    const read = await trackingStatus.get(trackingNumber, 'usps');
    expect(read.trackingHistory).toHaveLength(7);
    expect(read.trackingStatus?.substatus).toEqual({
      code: 'pickup_available',
      text: 'Your shipment is available for pickup.',
      actionRequired: true,
    });
  });

  it('reads that a number is unknown, and lists webhooks', async () => {
    const client = clientOf('shippo_live_client');
    const { trackingStatus, trackingHistory } = await client.trackingStatus.get('UNKNOWN1', 'usps');
    expect(trackingStatus?.status).toBe('UNKNOWN');
    expect(trackingHistory).toEqual([]);
    expect((await client.webhooks.listWebhooks()).results).toEqual([]);
  });

  it('gets errors that it can read', async () => {
    const { trackingStatus } = clientOf('shippo_live_client');
    await expect(trackingStatus.get('UNKNOWN1', 'nobody')).rejects.toMatchObject({
      statusCode: 400,
    });
    bench.sandbox.setCredentials('shippo', 'shippo_live_revoked', null, 'wrong');
    const refused = clientOf('shippo_live_revoked').trackingStatus.get('UNKNOWN1', 'usps');
    await expect(refused).rejects.toMatchObject({ statusCode: 401 });
  });

  it('reads the pushes of the sandbox, which the hub accepts within five minutes', async () => {
    const hook = await bench.listen();
    const session = bench.session();
    const parcel = { trackingNumber: '92055901649173127519983', reference: null, postalCode: null };
    await adapter.bridge?.register([{ ...parcel, carrierCode: 'usps' }], session);
    const account = session.credentials['api_token'] ?? '';
    bench.sandbox.subscribe('shippo', { account, numbers: null, url: hook.url, secret: 's' });
    bench.sandbox.register('shippo', { number: parcel.trackingNumber, scenario: 'delivered' });
    await bench.sandbox.advance(36 * 3_600_000);
    expect(hook.webhooks).toHaveLength(6);
    for (const { rawBody } of hook.webhooks) {
      const read = webhookPayloadTrackFromJSON(Buffer.from(rawBody).toString('utf8'));
      expect(read.ok && read.value.data?.trackingNumber).toBe(parcel.trackingNumber);
    }
    const [push] = hook.webhooks;
    if (push === undefined) throw new Error('nothing was pushed');
    const sentMs =
      Number(/^t=(\d+)/.exec(push.headers['shippo-auth-signature'] ?? '')?.[1]) * 1_000;
    expect(adapter.webhook?.verify(push, ['s'], sentMs + 299_000)).toMatchObject({ ok: true });
    expect(adapter.webhook?.verify(push, ['s'], sentMs + 301_000)).toMatchObject({ ok: false });
  });
});

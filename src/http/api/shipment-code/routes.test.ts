import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
afterAll(() => hub.close());

async function parcel(number?: string): Promise<string> {
  const made = await call('POST', '/shipments', { carrier: 'fleet', tracking_number: number });
  return String(made.body['id']);
}

describe('the code of a shipment', () => {
  it.each(['code128', 'qr'])('is an image in %s that runs nothing', async (symbology) => {
    const answer = await call('GET', `/shipments/${await parcel()}/code?symbology=${symbology}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(answer.text).toMatch(/^<svg [^>]*viewBox=/);
    expect(answer.text).not.toMatch(/<script|href|on\w+=/i);
  });

  it('differs from the code of another, and is the same each time', async () => {
    const [one, two] = [await parcel(), await parcel()];
    const image = async (id: string) => (await call('GET', `/shipments/${id}/code`)).text;
    expect(await image(one)).toBe(await image(one));
    expect(await image(one)).not.toBe(await image(two));
  });

  it('is rejected for an unknown symbology, or one that cannot encode it', async () => {
    const id = await parcel('ПОСЫЛКА-7');
    expect((await call('GET', `/shipments/${id}/code?symbology=qr`)).status).toBe(200);
    expect((await call('GET', `/shipments/${id}/code?symbology=code128`)).status).toBe(422);
    expect((await call('GET', `/shipments/${id}/code?symbology=aztec`)).status).toBe(422);
  });

  it('is shown to its own merchant only', async () => {
    const id = await parcel();
    const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    expect((await other('GET', `/shipments/${id}/code`)).status).toBe(404);
    expect((await call('GET', '/shipments/no-id/code')).status).toBe(404);
  });
});

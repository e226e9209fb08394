import { proofForm, SIGNED } from '../../../src/http/api/proofs/test-proof-form.ts';
import { callerOf } from '../../../src/http/testing/test-client.ts';
import { newDriver } from '../../../src/http/testing/test-driver.ts';
import type { TestHub } from '../../../src/http/testing/test-hub.ts';
import { aJpeg } from '../../../src/platform/images/test-images.ts';

/** A parcel that a courier has delivered, with photo, signature, name and place. */
export async function provedParcel(hub: TestHub, more: Readonly<Record<string, unknown>> = {}) {
  const { text } = await hub.newKey({ merchant: 'vans', scopes: ['admin'] });
  const merchant = callerOf(hub, text);
  const driver = await newDriver(hub, merchant, 'Ada Example');
  const made = await merchant('POST', '/shipments', {
    carrier: 'fleet',
    order_id: 'A-1001',
    destination: {
      line1: 'Grosse Bergstrasse 1',
      city: 'Hamburg',
      postal_code: '22767',
      country: 'DE',
      lat: 53.5511,
      lng: 9.9937,
    },
    require_proof: ['photo', 'signature'],
    ...more,
  });
  const [id, number] = [String(made.body['id']), String(made.body['tracking_number'])];
  const scan = { type: 'scan', tracking_number: number };
  const send = async (event: Readonly<Record<string, unknown>>) => {
    const { status, text: answer } = await driver.call('POST', '/driver/events', [event]);
    if (status !== 200 || !answer.includes('accepted')) throw new Error(answer);
    await hub.settled();
  };
  const at = (minutesAgo: number) =>
    new Date(hub.clock.nowMs() - minutesAgo * 60_000).toISOString();
  await send({ ...scan, id: '1', at: at(60), code: 'LOAD' });
  const answer = await fetch(`${hub.url}/v1/driver/proofs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${driver.key}` },
    body: proofForm({
      photo: await aJpeg(),
      signature: SIGNED,
      fields: {
        shipment_ids: id,
        received_by: 'Berta Neighbour',
        accuracy_m: '12',
        lat: '53.5512',
        lng: '9.9940',
      },
    }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  await send({ ...scan, id: '2', at: at(5), code: 'DELIVERED' });
  return { id, number, merchant, key: text };
}

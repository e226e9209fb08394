import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/hubs/virtual-hub.ts';

/** A parcel of a carrier with signature letters, from the label to the letter. */
const CARRIER = 'fedex';
const DOCUMENTS = '/track/v1/trackingdocuments';

let virtual: VirtualHub;
let shipmentId: string;
let number: string;

beforeAll(async () => {
  virtual = await openVirtualHub();
  await virtual.connect(CARRIER);
  [number = ''] = virtual.numbers(CARRIER, 1);
  shipmentId = await virtual.track(CARRIER, number, { scenario: 'delivered' });
});
afterAll(() => virtual.close());

const letterCalls = () => virtual.wire.calls.filter(({ path }) => path.startsWith(DOCUMENTS));
async function get(path: string): Promise<Response> {
  const { text } = await virtual.hub.newKey();
  return fetch(new URL(path, virtual.hub.url), { headers: { authorization: `Bearer ${text}` } });
}

it('fetches a letter once after the delivery, and the merchant can read it', async () => {
  await virtual.runUntil(VIRTUAL_START_MS + 2 * DAY_MS);
  expect(letterCalls()).toEqual([]);
  expect(await virtual.polling(CARRIER, number)).toMatchObject({ proof: null });

  await virtual.runUntil(VIRTUAL_START_MS + 12 * DAY_MS);
  const { state } = (await virtual.view(shipmentId)).shipment;
  expect(state.status).toBe('delivered');
  const [call, ...others] = letterCalls();
  expect(others).toEqual([]);
  expect(call).toMatchObject({ numbers: [number], status: 200 });
  expect((call?.atMs ?? 0) - (state.deliveredAtMs ?? 0)).toBeLessThan(24 * HOUR_MS);
  expect(await virtual.polling(CARRIER, number)).toMatchObject({
    proof: { state: 'received', next_try_at: null },
  });

  const shipment = (await (await get(`/v1/shipments/${shipmentId}`)).json()) as {
    readonly proofs: readonly { readonly id: string; readonly kind: string }[];
  };
  expect(shipment.proofs).toMatchObject([{ kind: 'signature', media_type: 'application/pdf' }]);
  const answer = await get(`/v1/shipments/${shipmentId}/proofs/${shipment.proofs[0]?.id}`);
  expect(answer.headers.get('content-type')).toBe('application/pdf');
  const letter = Buffer.from(await answer.arrayBuffer()).toString('latin1');
  expect(letter).toMatch(/^%PDF-/);
  expect(letter).toContain(`Tracking number ${number}`);
});

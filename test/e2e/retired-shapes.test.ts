import { afterAll, beforeAll, expect, it } from 'vitest';
import { listDeadLetters, showDeadLetter } from '../../src/intake/index.ts';
import { type Corridor, openCorridor } from './corridor.ts';

/** Deliveries in retired formats of carriers: `retired-shapes.test.ts` of each has more. */
const RETIRED: readonly (readonly [carrier: string, number: string, body: string])[] = [
  [
    'fedex',
    '122816215025810',
    '<TrackReply><TrackDetails><TrackingNumber>122816215025810</TrackingNumber><StatusCode>DL</StatusCode></TrackDetails></TrackReply>',
  ],
  [
    'ups',
    '1Z023E2X0214323462',
    '{"TrackResponse":{"Shipment":{"Package":{"TrackingNumber":"1Z023E2X0214323462","Activity":{"Status":{"StatusType":{"Code":"D"}}}}}}}',
  ],
  [
    'usps',
    '9400100000000000000006',
    '{"TrackResponse":{"TrackInfo":{"@ID":"9400100000000000000006","StatusCategory":"Delivered"}}}',
  ],
];

let corridor: Corridor;
beforeAll(async () => {
  corridor = await openCorridor();
});
afterAll(() => corridor.close());

it.each(RETIRED)('%s: a retired format is stored as is and changes nothing', async (...given) => {
  const [carrier, number, body] = given;
  const { hub } = corridor;
  const id = await corridor.register(carrier, number);
  const before = await corridor.publicState(id);

  expect(await corridor.post(carrier, body)).toBe(200);
  await hub.settled();

  expect(await corridor.publicState(id)).toEqual(before);
  const [letter, ...others] = await listDeadLetters(hub.db.pipeline, 10, { carrier });
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ carrier, source: 'webhook' });
  const shown = await showDeadLetter(hub.db.pipeline, hub.tracking.sealer, letter?.id ?? '');
  const inboundMessageBody = Buffer.from(shown?.inboundMessage?.body ?? []).toString();
  // USPS signs its pushes in an envelope.
  expect(inboundMessageBody).toContain(
    carrier === 'usps' ? JSON.stringify(body).slice(1, -1) : body,
  );
});

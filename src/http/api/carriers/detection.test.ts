import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { createdShipment } from '../shipments/output-schema.ts';
import { detection } from './schema.ts';

let hub: TestHub;
let call: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
afterAll(() => hub.close());

const detect = (text: string) => call('GET', `/detect?tracking_number=${encodeURIComponent(text)}`);
const create = (body: object) => call('POST', '/shipments', body);

describe('a number without its carrier', () => {
  it('that fits several carriers is rejected with candidates, reasons and a fix', async () => {
    // Both FedEx's check digit and that of DHL's identcodes match.
    const answer = await create({ tracking_number: '1286 6704 3726' });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      type: '/docs/errors#ambiguous_carrier',
      detail: 'Several carriers may have issued this number.',
      errors: [{ pointer: '/carrier', fix: expect.stringContaining('fedex or dhl') }],
      candidates: [
        {
          carrier: 'fedex',
          format: 'express_12',
          certainty: 0.57,
          check_digit: 'valid',
          why: expect.arrayContaining([expect.stringContaining('its check digit 6 is right')]),
        },
        { carrier: 'dhl', format: 'parcel_de_identcode', check_digit: 'valid' },
        { carrier: 'ups', check_digit: 'none' },
      ],
    });
    const chosen = await create({ tracking_number: '1286 6704 3726', carrier: 'dhl' });
    expect(chosen.body).toMatchObject({ carrier: 'dhl', warnings: [] });
  });

  it('that no installed carrier recognizes gets a list of the carriers', async () => {
    const { status, body } = await create({ tracking_number: 'ZZ01000000000' });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      type: '/docs/errors#unknown_carrier',
      errors: [{ pointer: '/tracking_number' }],
    });
    expect(JSON.stringify(body)).toContain('dhl, fedex');
  });

  it('of a carrier that only bridges know is tracked as that carrier’s', async () => {
    const { status, body } = await create({ tracking_number: '1LS717793482164' });
    expect([status, body['carrier']]).toEqual([201, 'lasership']);
    const named = await create({ tracking_number: 'no-such-form-12345', carrier: 'yodel' });
    expect(named.body).toMatchObject({
      carrier: 'yodel',
      tracking_number: 'NOSUCHFORM12345',
      warnings: [{ code: 'pattern_mismatch' }],
    });
  });

  it('of a carrier that cannot be tracked is rejected with that carrier’s name', async () => {
    const { status, body } = await create({ tracking_number: 'RB123456785AO' });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      type: '/docs/errors#unknown_carrier',
      detail:
        'This looks like a number of Correios de Angola, but no adapter for this carrier is installed.',
      errors: [{ pointer: '/tracking_number', fix: expect.stringContaining('dhl, fedex') }],
    });
    // The post of the origin is first, but another carrier can be named.
    expect(body).toMatchObject({
      candidates: [{ carrier: 'angola-post' }, { carrier: 'usps', reach: 'direct' }],
    });
    const named = await create({ tracking_number: 'RB123456785AO', carrier: 'usps' });
    expect(named.body).toMatchObject({ carrier: 'usps', warnings: [] });
  });

  it('that is badly mistyped is rejected as such', async () => {
    const { status, body } = await create({ tracking_number: '9400100000000000000007' });
    expect(status).toBe(422);
    expect(body['detail']).toContain('possibly a typing error');
  });

  it.each([
    'https://www.ups.com/track?tracknum=1Z023E2X0214323462&loc=en_US',
    'Tracking no.: 1Z 023 E2X 02 1432 3462',
    '１Z０２３E2X0214323462',
    '#1Z\u200b023E2X\u00a002-1432-3462',
  ])('is extracted from the text it was pasted with: %s', async (text) => {
    const { body } = await create({ tracking_number: text });
    expect(createdShipment.parse(body)).toMatchObject({
      carrier: 'ups',
      tracking_number: '1Z023E2X0214323462',
      warnings: [],
    });
  });

  it('is detected in a batch as well, each by itself', async () => {
    const { body } = await call('POST', '/shipments/batch', {
      shipments: [{ tracking_number: '1Z023E2X0214323462' }, { tracking_number: '128667043726' }],
    });
    expect(body['data']).toMatchObject([
      { status: 200 },
      { status: 422, problem: { candidates: [{ carrier: 'fedex' }, {}, {}] } },
    ]);
  });
});

describe('a number with its carrier', () => {
  it('is tracked as requested, with a warning that names the likelier one', async () => {
    const { status, body } = await create({
      carrier: 'fedex',
      tracking_number: '1Z999AA10123456784',
    });
    expect(status).toBe(201);
    expect(createdShipment.parse(body)).toMatchObject({
      carrier: 'fedex',
      warnings: [{ code: 'pattern_mismatch' }, { code: 'other_carrier_likelier' }],
    });
    expect(JSON.stringify(body['warnings'])).toMatch(
      /looks like UPS \(carrier ups, 1z.*is right\./,
    );
  });

  it('gets no warning when the carrier may well be right', async () => {
    for (const [carrier, number] of [
      ['usps', '9261292700768711948021'],
      ['dhl', '128667043726'],
      ['usps', 'RB123456785GB'],
    ]) {
      const { body } = await create({ carrier, tracking_number: number });
      expect(body, number).toMatchObject({ carrier, warnings: [] });
    }
  });

  it('is extracted from a URL, and a URL without one is rejected', async () => {
    const at = (text: string) => create({ carrier: 'ups', tracking_number: text });
    expect((await at('https://x.example/?n=1Z999AA10123456784')).body).toMatchObject({
      tracking_number: '1Z999AA10123456784',
    });
    const none = await at('https://x.example/?n=hello');
    expect(none.status).toBe(422);
    expect(none.body).toMatchObject({ errors: [{ pointer: '/tracking_number' }] });
  });
});

describe('GET /detect', () => {
  it('matches its schema, with reasons', async () => {
    const { status, body } = await detect('Tracking no.: 9400 1000 0000 0000 0000 06');
    expect(status).toBe(200);
    expect(detection.parse(body).candidates[0]).toMatchObject({
      carrier: 'usps',
      tracking_number: '9400100000000000000006',
      why: [expect.stringContaining('is right')],
    });
  });

  it.each([
    // In a URL, the server rejects it before any handler reads it.
    ['\u0000', 400],
    ['1Z\u0000999AA10123456784', 400],
    ['9'.repeat(513), 422],
    ['9'.repeat(512), 200],
    ['https://www.ups.com/'.repeat(20), 200],
    ['😀'.repeat(100), 200],
    ['\u202e\u2066', 200],
    ['%00', 200],
    ['constructor', 200],
    ["' OR 1=1 --", 200],
  ])('answers hostile input quickly with a plain error: case %#', async (text, status) => {
    const answer = await detect(text);
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.body['candidates']).toEqual([]);
    if (status === 422)
      expect(answer.body).toMatchObject({ errors: [{ pointer: '?tracking_number' }] });
    const created = await create({ tracking_number: text });
    expect(created.status).toBe(422);
  });
});

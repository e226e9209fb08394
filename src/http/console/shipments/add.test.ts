import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const NEW = '/console/shipments/new';
/** Only UPS has such numbers. */
const NUMBER = '1Z999AA10123456784';

let hub: TestHub;
let desk: TestDesk;
let call: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  call = callerOf(hub, KEY);
});
afterAll(() => hub?.close());

const FORM = {
  number: `UPS ${NUMBER}`,
  name: 'Annabella Quist',
  email: 'anna@example.com',
  phone: '+12125550123',
  country: 'US',
  order: '1001',
};
const send = (form: Readonly<Record<string, string>>) => desk.visit(NEW, desk.owner, form);

describe('adding a parcel', () => {
  it('selects a carrier that only bridges know', async () => {
    const { text } = await send({ ...FORM, number: '1LS717793482164', do: 'guess' });
    expect(text).toContain('Looks like LaserShip.');
    expect(text).toMatch(/value="guessed:lasership" selected/);
  });

  it('names a carrier that cannot be tracked, and does not offer or select another one', async () => {
    const { text } = await send({ ...FORM, number: 'RB123456785AO', do: 'guess' });
    expect(text).toContain('Cannot be tracked here yet: Correios de Angola.');
    expect(text).not.toContain('value="angola-post"');
    expect(text).not.toMatch(/value="usps" selected/);
  });

  it('guesses anew for another number, unless the carrier was chosen', async () => {
    const other = { ...FORM, number: '1LS717793482164', do: 'guess' };
    const first = await send({ ...FORM, do: 'guess' });
    expect(first.text).toMatch(/value="guessed:ups" selected/);
    const guessed = await send({ ...other, carrier: 'guessed:ups' });
    expect(guessed.text).toMatch(/value="guessed:lasership" selected/);
    const chosen = await send({ ...other, carrier: 'ups' });
    expect(chosen.text).toMatch(/value="ups" selected/);
    expect(chosen.text).not.toContain('"guessed:');
  });

  it('guesses the carrier from what was pasted, before anything is stored', async () => {
    const guessed = await send({ ...FORM, do: 'guess' });
    expect([guessed.status, guessed.text.includes('Looks like UPS.')]).toEqual([200, true]);
    expect(guessed.text).toContain('value="Annabella Quist"');
    expect((await call('GET', '/v1/shipments')).body['data']).toEqual([]);
  });

  it('registers it with its recipient, and says when it was there before', async () => {
    const added = await send({ ...FORM, inform: 'email' });
    const at = added.headers.get('location') ?? '';
    expect([added.status, at]).toEqual([303, expect.stringMatching(/\?done=added$/)]);
    const { body } = await call('GET', `/v1/shipments?tracking_number=${NUMBER}`);
    expect(body['data']).toMatchObject([{ carrier: 'ups', order_ids: ['1001'] }]);
    expect((await desk.visit(at, desk.owner)).text).toContain('The parcel has been added');
    expect((await send(FORM)).headers.get('location')).toMatch(/\?done=known$/);
    const list = (await desk.visit('/console/shipments?to=US', desk.owner)).text;
    expect(list).toContain('Annabella Quist');
    expect(list).toMatch(/Not scanned yet <span>1<\/span>/);
    const analyst = await desk.member('ana@shop.example', 'analyst');
    const hidden = await desk.visit('/console/shipments', analyst);
    expect([hidden.text.includes(NUMBER), hidden.text.includes('Annabella')]).toEqual([
      true,
      false,
    ]);
    const preview = at.replace('?done=added', '/preview');
    expect((await desk.visit(preview, desk.owner)).text).toContain('Annabella Quist');
    expect((await desk.visit(preview, analyst)).text).not.toContain('Annabella');
    expect((await desk.visit(NEW, analyst)).status).toBe(403);
  });

  it('asks before it adds an order of another customer to a parcel', async () => {
    const other = { ...FORM, email: 'b@example.com', order: '2002' };
    const refused = await send(other);
    expect(refused.text).toContain('name="same-parcel"');
    expect((await send({ ...other, 'same-parcel': 'yes' })).status).toBe(303);
  });

  it('stores no contact of a recipient who gets no messages', async () => {
    const number = '1Z999AA10123456793';
    const added = await send({ ...FORM, number, inform: 'none' });
    const [path = ''] = (added.headers.get('location') ?? '').split('?');
    const { text } = await desk.visit(path, desk.owner);
    expect([text.includes('Annabella'), text.includes('anna@example.com')]).toEqual([true, false]);
  });

  it('shows the form again with what is wrong, as it was filled in', async () => {
    const unknown = await send({ ...FORM, number: '???' });
    expect([unknown.status, unknown.text.includes('anna@example.com')]).toEqual([422, true]);
    const mail = await send({ ...FORM, email: 'anna' });
    expect(mail.status).toBe(422);
    expect(/<input id="email"[^>]*>/.exec(mail.text)?.[0]).toContain('aria-invalid="true"');
  });

  it.each([
    ['the guess that was shown', 'ups'],
    ['another number’s guess', 'fedex'],
  ])('registers with the guess for its number, after %s', async (_, carrier) => {
    const number = '1Z12345E0205271688';
    const { status, headers } = await send({ ...FORM, number, carrier: `guessed:${carrier}` });
    expect(status).toBe(303);
    const id = /shipments\/([0-9a-f-]{36})/.exec(headers.get('location') ?? '')?.[1];
    expect((await call('GET', `/v1/shipments/${id}`)).body).toMatchObject({ carrier: 'ups' });
  });

  it('adds a parcel for each of several numbers', async () => {
    const number = '1Z999AA10123456793\r\n1Z999AA10123456800';
    const added = await send({ ...FORM, number, order: 'several', carrier: 'guessed:ups' });
    expect(added.headers.get('location')).toBe('/console/shipments?done=added-2');
    const list = await desk.visit('/console/shipments?done=added-2', desk.owner);
    expect(list.text).toContain('2 parcels added.');
    const { body } = await call('GET', '/v1/shipments?order_id=several');
    expect(body['data']).toHaveLength(2);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../testing/test-client.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';

/** Writes of both drop-in APIs with an Idempotency-Key, sent again. */
let hub: TestHub;
let call: Caller;
let easypost: Caller;
let aftership: Caller;

beforeAll(async () => {
  hub = await createTestHub();
  const { text } = await hub.newKey();
  call = callerOf(hub, text);
  const keyless = callerOf(hub, null);
  const authorization = `Basic ${Buffer.from(`${text}:`).toString('base64')}`;
  easypost = (method, path, body, headers) =>
    keyless(method, `/compat/easypost/v2${path}`, body, { authorization, ...headers });
  aftership = (method, path, body, headers) =>
    keyless(method, `/compat/aftership/tracking/2026-07${path}`, body, {
      'as-api-key': text,
      ...headers,
    });
});
afterAll(() => hub.close());

const keyed = (key: string) => ({ 'idempotency-key': key });
/** In every recipient's data of these tests. */
const MARKER = 'Plantedville';

let numbers = 123_456_700_000;
function freshNumber(): string {
  numbers += 1;
  return String(numbers);
}

async function register(): Promise<{ readonly id: string; readonly number: string }> {
  const number = freshNumber();
  const destination = { city: MARKER, country: 'DE' };
  const wanted = { carrier: 'fedex', tracking_number: number, destination };
  const { status, body } = await call('POST', '/v1/shipments', wanted);
  expect(status).toBe(201);
  return { id: String(body['id']), number };
}

async function erase(id: string): Promise<void> {
  expect((await call('DELETE', `/v1/shipments/${id}`)).status).toBe(204);
}

describe('a write sent again', () => {
  it('gets EasyPost’s answer again, byte for byte', async () => {
    const sent = { tracker: { tracking_code: freshNumber(), carrier: 'FedEx' } };
    const first = await easypost('POST', '/trackers', sent, keyed('again'));
    const again = await easypost('POST', '/trackers', sent, keyed('again'));
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(first.text).toContain('"object":"Tracker"');
    expect(again.text).toBe(first.text);
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });
});

describe('the stored answer is erased with its parcel', () => {
  async function expectErased(ask: () => ReturnType<Caller>, id: string): Promise<void> {
    const first = await ask();
    expect([first.status, first.text.includes(MARKER)]).toEqual([expect.any(Number), true]);
    expect((await ask()).text).toBe(first.text);
    await erase(id);
    const again = await ask();
    expect([again.status, again.text.includes(MARKER)]).toEqual([410, false]);
  }

  it('after the creation of an EasyPost tracker, and in a batch', async () => {
    const one = await register();
    const sent = { tracker: { tracking_code: one.number, carrier: 'FedEx' } };
    await expectErased(() => easypost('POST', '/trackers', sent, keyed('create')), one.id);
    const [two, three] = [await register(), await register()];
    const codes = { tracking_codes: [two.number, three.number] };
    await expectErased(() => easypost('POST', '/trackers/batch', codes, keyed('batch')), three.id);
  });

  it('after a second EasyPost tracker, whose id is not the parcel’s', async () => {
    const { id, number } = await register();
    const own = `trk_${id.replaceAll('-', '')}`;
    expect((await easypost('DELETE', `/trackers/${own}`)).status).toBe(200);
    const sent = { tracker: { tracking_code: number, carrier: 'FedEx' } };
    await expectErased(() => easypost('POST', '/trackers', sent, keyed('second')), id);
  });

  it('after the creation and the change of an AfterShip tracking with an id of its own', async () => {
    for (const own of [undefined, 'order-1001-parcel-1']) {
      const sent = {
        ...{ tracking_number: freshNumber(), slug: 'fedex', customers: [{ name: MARKER }] },
        ...(own === undefined ? {} : { id: own }),
      };
      const ask = () => aftership('POST', '/trackings', sent, keyed(`create-${own}`));
      const { body } = await ask();
      const { id } = body['data'] as { id: string };
      expect(id).toBe(own ?? id);
      const found = await call('GET', `/v1/shipments?tracking_number=${sent.tracking_number}`);
      const [{ id: uuid } = { id: '' }] = found.body['data'] as { id: string }[];
      const change = () =>
        aftership('PUT', `/trackings/${id}`, { note: 'x' }, keyed(`change-${own}`));
      expect((await change()).text).toContain(MARKER);
      await expectErased(ask, uuid);
      const changed = await change();
      expect([changed.status, changed.text.includes(MARKER)]).toEqual([410, false]);
    }
  });

  it('and the repeated deletion of an AfterShip tracking shows only its id', async () => {
    const sent = { tracking_number: freshNumber(), slug: 'fedex', customers: [{ name: MARKER }] };
    const { body } = await aftership('POST', '/trackings', sent);
    const { id } = body['data'] as { id: string };
    const remove = () => aftership('DELETE', `/trackings/${id}`, undefined, keyed('delete'));
    const first = await remove();
    expect([first.status, first.text.includes(MARKER)]).toEqual([200, true]);
    const again = await remove();
    expect([again.status, again.body]).toEqual([200, { meta: { code: 200 }, data: { id } }]);
  });
});

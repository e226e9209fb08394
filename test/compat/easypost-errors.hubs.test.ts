import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHub, type NewKey, type TestHub } from '../../src/http/testing/test-hub.ts';
import { EasyPost } from '../support/compat/easypost-client.ts';

/** What each refusal of the hub becomes in EasyPost's own client: its typed error. */
let hub: TestHub;
let isOverloaded = false;
let key: string;

beforeAll(async () => {
  hub = await createTestHub({ load: { sheds: () => isOverloaded } });
  key = (await hub.newKey()).text;
});
afterAll(() => hub.close());

const clientWith = (text: string, version = 'v2') =>
  new EasyPost(text, { baseUrl: `${hub.url}/compat/easypost/${version}/` });
const clientOf = async (wanted: NewKey) => clientWith((await hub.newKey(wanted)).text);

type Refused = Readonly<Record<'statusCode' | 'code' | 'message' | 'errors', unknown>>;

/** The error of a call that has to fail. The bundle's classes have no names, but a base with one. */
async function refusalOf(call: Promise<unknown>): Promise<Refused> {
  const error: unknown = await call.then(
    () => expect.unreachable('it was not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).not.toBeInstanceOf(TypeError);
  const { statusCode, code, message, errors } = error as Refused;
  expect(message).toMatch(/\w/);
  expect(Array.isArray(errors)).toBe(true);
  return { statusCode, code, message, errors };
}

/** Sends text as it is; the client offers this for calls that it has no method for. */
interface AnyCall {
  _post(path: string, body: unknown): Promise<unknown>;
}
const post = (path: string, body: unknown) =>
  (clientWith(key) as object as AnyCall)._post(path, body);

describe('EasyPost’s client raises its own error', () => {
  it('of 400 for a body that is not JSON', async () => {
    expect(await refusalOf(post('trackers', '{"tracker":'))).toMatchObject({
      statusCode: 400,
      code: 'BAD_REQUEST',
    });
  });

  it('of 401 for an unknown key', async () => {
    const refused = await refusalOf(clientWith('EZTK_unknown').Tracker.all());
    expect(refused).toMatchObject({ statusCode: 401, code: 'APIKEY.INVALID' });
  });

  it('of 403 for a key without the scope', async () => {
    const reader = await clientOf({ scopes: ['shipments:read'] });
    const create = reader.Tracker.create({ tracking_code: 'EZ1000000001' });
    expect(await refusalOf(create)).toMatchObject({ statusCode: 403, code: 'FORBIDDEN' });
    expect((await reader.Tracker.all()).trackers).toEqual([]);
  });

  it.each(['trk_00000000000000000000000000000000', 'trk_1', 'evt_1'])(
    'of 404 for the id %s',
    async (id) => {
      const { Tracker } = clientWith(key);
      const refused = { statusCode: 404, message: 'There is no such tracker under this key.' };
      expect(await refusalOf(Tracker.retrieve(id))).toMatchObject(refused);
      expect(await refusalOf(Tracker.delete(id))).toMatchObject(refused);
    },
  );

  it('of 404 for a part of EasyPost’s API that is not about tracking', async () => {
    const { Shipment } = clientWith(key);
    expect(await refusalOf(Shipment.create({}))).toMatchObject({
      statusCode: 404,
      code: 'NOT_FOUND',
    });
  });

  it('of 405 for another method', async () => {
    const client = clientWith(key) as object as {
      _put(path: string, body: unknown): Promise<unknown>;
    };
    expect(await refusalOf(client._put('trackers', {}))).toMatchObject({ statusCode: 405 });
  });

  it('of 413 for a body of more than 1 MiB', async () => {
    const long = { tracking_codes: ['x'.repeat(1_048_576)] };
    expect(await refusalOf(post('trackers/batch', long))).toMatchObject({ statusCode: 413 });
  });

  it('of 422 for what is missing, with the member’s name', async () => {
    const { Tracker } = clientWith(key);
    expect(await refusalOf(Tracker.create({}))).toMatchObject({
      statusCode: 422,
      code: 'PARAMETER.REQUIRED',
      errors: [{ field: 'tracker.tracking_code' }],
    });
    expect(await refusalOf(post('trackers', {}))).toMatchObject({
      statusCode: 422,
      errors: [{ field: 'tracker' }],
    });
    expect(await refusalOf(post('trackers/batch', { tracking_codes: [] }))).toMatchObject({
      statusCode: 422,
      errors: [{ field: 'tracking_codes' }],
    });
  });

  it('of 422 for a carrier or a number that nobody knows', async () => {
    const { Tracker } = clientWith(key);
    const named = { tracking_code: '123456789012', carrier: 'Nobody' };
    expect(await refusalOf(Tracker.create(named))).toMatchObject({
      statusCode: 422,
      errors: [{ field: 'tracker.carrier' }],
    });
    expect(await refusalOf(Tracker.create({ tracking_code: '???1' }))).toMatchObject({
      statusCode: 422,
      code: 'TRACKER.CREATE.ERROR',
      errors: [{ field: 'tracker.tracking_code' }],
    });
    expect(await refusalOf(Tracker.all({ carrier: 'Nobody' }))).toMatchObject({
      statusCode: 422,
      errors: [{ field: 'carrier' }],
    });
  });

  it.each([{ page_size: 0 }, { page_size: 'many' }, { start_datetime: 'yesterday' }])(
    'of 422 for the filter %j',
    async (filter) => {
      const { Tracker } = clientWith(key);
      const refused = await refusalOf(Tracker.all(filter as object));
      expect(refused).toMatchObject({
        statusCode: 422,
        errors: [{ field: Object.keys(filter)[0] }],
      });
    },
  );

  it('of 429 for too many requests with made-up keys, and so for a real one', async () => {
    let refused = await refusalOf(clientWith('made-up').Tracker.all());
    for (let tries = 0; refused['statusCode'] === 401 && tries < 1_000; tries += 1) {
      refused = await refusalOf(clientWith(`made-up-${tries}`).Tracker.all());
    }
    expect(refused).toMatchObject({ statusCode: 429, code: 'RATE_LIMITED' });
  });

  it('of 503 for a list while the hub is overloaded; one code is still looked up', async () => {
    const { Tracker } = clientWith(key);
    isOverloaded = true;
    const refused = await refusalOf(Tracker.all());
    const { trackers } = await Tracker.all({ tracking_code: 'EZ1000000001' });
    isOverloaded = false;
    expect(refused).toMatchObject({ statusCode: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(trackers).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { MERCHANT_SCOPES } from '../../../kernel/scopes.ts';
import { couriers } from './routes.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let nobody: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  nobody = callerOf(hub, null);
});
afterAll(() => hub.close());

const ADA = { name: 'Ada Example', phone: '+4915112345678', vehicle: 'van' };

async function newCourier(more: object = {}): Promise<string> {
  const made = await call('POST', '/couriers', { ...ADA, ...more });
  expect(made.status).toBe(201);
  return String(made.body['id']);
}

async function codeFor(courier: string): Promise<string> {
  const made = await call('POST', `/couriers/${courier}/enrolments`);
  expect(made.status).toBe(201);
  return String(made.body['code']);
}

/** Enrols a phone of the courier; returns its key. */
async function enrol(courier: string, name = 'Pixel'): Promise<string> {
  const code = await codeFor(courier);
  const answer = await nobody('POST', '/driver/enrol', { code, device: { name } });
  expect(answer.status).toBe(201);
  return String(answer.body['device_key']);
}

const typeOf = (body: Readonly<Record<string, unknown>>) => String(body['type']).split('#').pop();

describe('a courier', () => {
  it('is added, found, changed and erased only by its own merchant in its own mode', async () => {
    const id = await newCourier({
      external_id: 'E-77',
      capacity: { parcels: 80 },
      home_facility: 'HAM-1',
    });
    expect(id).toMatch(/^cou_[0-9a-f]{32}$/);
    const found = await call('GET', `/couriers/${id}`);
    expect(found.body).toMatchObject({
      ...ADA,
      external_id: 'E-77',
      shift: 'off',
      shift_since: null,
      holds: 0,
      device: null,
      capacity: { parcels: 80, weight_g: null },
    });
    const listed = await call('GET', '/couriers?external_id=E-77');
    expect(listed.body['data']).toEqual([found.body]);
    const changed = await call('PATCH', `/couriers/${id}`, { phone: null, vehicle: 'bike' });
    expect(changed.body).toMatchObject({ name: ADA.name, phone: null, vehicle: 'bike' });
    expect(changed.body['external_id']).toBe('E-77');
    for (const stranger of [other, callerOf(hub, (await hub.newKey({ mode: 'live' })).text)]) {
      expect((await stranger('GET', `/couriers/${id}`)).status).toBe(404);
      expect((await stranger('GET', '/couriers?external_id=E-77')).body['data']).toEqual([]);
    }
    const { rows } = await hub.db.pipeline.query<{ stored: string }>(
      `select couriers::text || encode(personal, 'escape') as stored from couriers`,
    );
    expect(rows.map(({ stored }) => stored).join()).not.toMatch(/Ada|49151|E-77/);
    await enrol(id, 'Phone of Ada');
    expect((await call('DELETE', `/couriers/${id}`)).status).toBe(204);
    expect((await call('GET', `/couriers/${id}`)).status).toBe(404);
    const left = await hub.db.pipeline.query('select from courier_devices');
    expect(left.rowCount).toBe(0);
  });

  it('has an external number that is unique within the merchant', async () => {
    const first = await newCourier({ external_id: 'E-1' });
    const again = await call('POST', '/couriers', { ...ADA, external_id: 'E-1' });
    expect([again.status, typeOf(again.body)]).toEqual([409, expect.stringContaining('conflict')]);
    const second = await newCourier({ external_id: 'E-2' });
    const renamed = await call('PATCH', `/couriers/${second}`, { external_id: 'E-1' });
    expect(renamed.status).toBe(409);
    expect((await other('POST', '/couriers', { ...ADA, external_id: 'E-1' })).status).toBe(201);
    expect((await call('PATCH', `/couriers/${first}`, { external_id: 'E-1' })).status).toBe(200);
  });

  it.each([
    [{}],
    [{ name: 'x', vehicle: 'rocket' }],
    [{ ...ADA, capacity: { parcels: 0 } }],
    [{ ...ADA, time_zone: 'Mars/Base' }],
    [{ ...ADA, shift_ends_at: 'tonight' }],
    [{ ...ADA, color: 'red' }],
  ])('is rejected when something is missing or wrong: %j', async (body) => {
    const answer = await call('POST', '/couriers', body);
    expect(answer.status).toBe(422);
  });

  it('may ride a bicycle under either name, and an unknown vehicle gets a list of the known ones', async () => {
    const id = await newCourier({ vehicle: 'bicycle' });
    expect((await call('GET', `/couriers/${id}`)).body['vehicle']).toBe('bike');
    await call('PATCH', `/couriers/${id}`, { vehicle: 'van' });
    const changed = await call('PATCH', `/couriers/${id}`, { vehicle: 'bicycle' });
    expect(changed.body['vehicle']).toBe('bike');
    const refused = await call('POST', '/couriers', { ...ADA, vehicle: 'rocket' });
    expect(refused.body['errors']).toMatchObject([
      { pointer: '/vehicle', fix: 'Send one of foot, bike, scooter, car, van, bicycle.' },
    ]);
  });

  it('works until the shift ends at its time, or is ended', async () => {
    const id = await newCourier();
    const inAnHour = '2026-03-10T14:00:00+01:00';
    const past = await call('PATCH', `/couriers/${id}`, {
      shift: 'on',
      shift_ends_at: '2026-03-10T11:59:00Z',
    });
    expect(past.status).toBe(422);
    const on = await call('PATCH', `/couriers/${id}`, { shift: 'on', shift_ends_at: inAnHour });
    expect(on.body).toMatchObject({ shift: 'on', shift_ends_at: '2026-03-10T13:00:00.000Z' });
    expect((await call('GET', '/couriers?shift=on')).body['data']).toHaveLength(1);
    hub.clock.advance(3_600_000);
    const after = await call('GET', `/couriers/${id}`);
    expect(after.body).toMatchObject({
      shift: 'off',
      shift_ends_at: null,
      shift_since: '2026-03-10T13:00:00.000Z',
    });
    const again = await call('PATCH', `/couriers/${id}`, { shift: 'on' });
    expect(again.body).toMatchObject({ shift: 'on', shift_ends_at: null });
    const off = await call('PATCH', `/couriers/${id}`, { shift: 'off' });
    expect(off.body).toMatchObject({ shift: 'off', shift_ends_at: null });
  });
});

describe('a device', () => {
  it('is enrolled with a code that works once, however it is typed', async () => {
    const id = await newCourier();
    const offered = await call('POST', `/couriers/${id}/enrolments`);
    const code = String(offered.body['code']);
    expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    expect(offered.body['url']).toBe(`${hub.url}/driver#enrol=${code.replace('-', '')}`);
    const body = { code: ` ${code.toLowerCase().replace('-', ' ')}`, device: { name: 'Pixel' } };
    const first = await nobody('POST', '/driver/enrol', body);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ took_over: false, courier: { id, name: ADA.name } });
    expect(String(first.body['device_key'])).toMatch(/^wbd_[A-Za-z0-9_-]{32}$/);
    const again = await nobody('POST', '/driver/enrol', body);
    expect([again.status, typeOf(again.body)]).toEqual([
      403,
      expect.stringContaining('enrolment_refused'),
    ]);
    const { text } = await call('GET', `/couriers/${id}/devices`);
    expect(text).toContain('Pixel');
    const { rows } = await hub.db.pipeline.query<{ stored: string }>(
      'select courier_devices::text as stored from courier_devices',
    );
    const stored = rows.map((row) => row.stored).join();
    expect(stored).not.toContain('Pixel');
    expect(stored).not.toContain(String(first.body['device_key']));
  });

  it('is not enrolled with an expired code, nor with a replaced one', async () => {
    const id = await newCourier();
    const old = await codeFor(id);
    const newer = await codeFor(id);
    const tried = await nobody('POST', '/driver/enrol', { code: old, device: { name: 'x' } });
    expect(tried.status).toBe(403);
    hub.clock.advance(15 * 60_000);
    const late = await nobody('POST', '/driver/enrol', { code: newer, device: { name: 'x' } });
    expect(late.status).toBe(403);
  });

  it('replaces the previous one, whose requests get an error that says so', async () => {
    const id = await newCourier();
    const first = callerOf(hub, await enrol(id, 'first'));
    expect((await first('POST', '/driver/shift', { shift: 'on' })).status).toBe(200);
    const second = callerOf(hub, await enrol(id, 'second'));
    const shift = await first('POST', '/driver/shift', { shift: 'off' });
    expect([shift.status, typeOf(shift.body)]).toEqual([
      401,
      expect.stringContaining('device_replaced'),
    ]);
    expect(String(shift.body['detail'])).toContain('Another device of this courier took over');
    const answer = await second('POST', '/driver/shift', { shift: 'on' });
    expect(answer.body).toMatchObject({ courier: { id, shift: 'on' } });
    const { body } = await call('GET', `/couriers/${id}/devices`);
    expect(body['data']).toMatchObject([
      { name: 'first', state: 'replaced' },
      { name: 'second', state: 'active', ended_at: null },
    ]);
  });

  it('that is revoked is rejected from the next request on', async () => {
    const id = await newCourier();
    const driver = callerOf(hub, await enrol(id));
    expect((await driver('POST', '/driver/shift', { shift: 'on' })).status).toBe(200);
    const { body } = await call('GET', `/couriers/${id}/devices`);
    const [device] = body['data'] as { id: string }[];
    const path = `/couriers/${id}/devices/${device?.id}`;
    expect((await other('DELETE', path)).status).toBe(404);
    expect((await driver('POST', '/driver/shift', { shift: 'on' })).status).toBe(200);
    expect((await call('DELETE', path)).status).toBe(204);
    const shift = await driver('POST', '/driver/shift', { shift: 'off' });
    expect([shift.status, typeOf(shift.body)]).toEqual([
      401,
      expect.stringContaining('device_revoked'),
    ]);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', `/couriers/${id}/devices`)).status).toBe(204);
    expect((await call('GET', `/couriers/${id}`)).body['device']).toBeNull();
  });

  it('of a removed courier has an unknown key', async () => {
    const id = await newCourier();
    const driver = callerOf(hub, await enrol(id));
    await call('DELETE', `/couriers/${id}`);
    const shift = await driver('POST', '/driver/shift', { shift: 'on' });
    expect([shift.status, typeOf(shift.body)]).toEqual([
      401,
      expect.stringContaining('unauthenticated'),
    ]);
  });

  it('has no merchant key, and a merchant’s key is no device key', async () => {
    const key = await enrol(await newCourier());
    const device = callerOf(hub, key);
    const merchants = hub.routes.filter(({ path }) =>
      /^\/(shipments|couriers|scanners)/.test(path),
    );
    expect(merchants.length).toBeGreaterThan(20);
    for (const { method, path } of merchants) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      const { status } = await device(method, path.replaceAll(/:[a-z_]+/g, 'x'), body);
      expect([method, path, status]).toEqual([method, path, 401]);
    }
    const drivers = hub.routes.filter(
      ({ path }) => path.startsWith('/driver/') && path !== '/driver/enrol',
    );
    for (const { method, path } of drivers) {
      const body = method === 'GET' ? undefined : {};
      for (const caller of [call, nobody]) {
        const answer = await caller(method, path, body);
        expect([method, path, answer.status]).toEqual([method, path, 401]);
      }
    }
  });
});

describe('a pause', () => {
  it('is set and ended through the API and by the phone, and needs a shift', async () => {
    const id = await newCourier();
    const driver = callerOf(hub, await enrol(id));
    const path = `/couriers/${id}`;
    const refused = await call('PATCH', path, { paused: true, name: 'Not Kept' });
    expect([refused.status, typeOf(refused.body)]).toEqual([
      409,
      expect.stringContaining('conflict'),
    ]);
    expect((await call('GET', path)).body).toMatchObject({ paused: false, shift: 'off' });
    const started = await call('PATCH', path, { shift: 'on', paused: true });
    expect(started.body).toMatchObject({ shift: 'on', paused: true });
    const resumed = await driver('POST', '/driver/shift', { shift: 'on', paused: false });
    expect(resumed.body['courier']).toMatchObject({ shift: 'on', paused: false });
    const paused = await driver('POST', '/driver/shift', { shift: 'on', paused: true });
    expect(paused.body['courier']).toMatchObject({ shift: 'on', paused: true });
    expect((await driver('GET', '/driver/route')).body['courier']).toMatchObject({ paused: true });
    expect((await call('PATCH', path, { paused: false })).body['paused']).toBe(false);
  });

  it('that a phone sends late starts no shift that has ended', async () => {
    const id = await newCourier();
    const driver = callerOf(hub, await enrol(id));
    const late = await driver('POST', '/driver/shift', { shift: 'on', paused: true });
    expect([late.status, late.body['courier']]).toEqual([
      200,
      expect.objectContaining({ shift: 'off', paused: false }),
    ]);
  });
});

describe('keys', () => {
  it('need the scope of each operation', async () => {
    for (const { method, path, scope } of couriers.operations) {
      const without = MERCHANT_SCOPES.filter((each) => each !== scope && each !== 'admin');
      const caller = callerOf(hub, (await hub.newKey({ scopes: without })).text);
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      const { status } = await caller(method, path.replaceAll(/:[a-z_]+/g, 'x'), body);
      expect([method, path, status]).toEqual([method, path, 403]);
    }
  });
});

describe('codes', () => {
  it('can be tried a few times from one network, and then slowly', async () => {
    const body = { code: '00000-00000', device: { name: 'x' } };
    const tried = async (left: number): Promise<number> => {
      const { status, headers } = await nobody('POST', '/driver/enrol', body);
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(5);
      return status === 403 && left > 0 ? tried(left - 1) : status;
    };
    expect(await tried(20)).toBe(429);
    hub.clock.advance(15_000);
    expect(await tried(0)).toBe(403);
    expect(await tried(0)).toBe(429);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pickupPointList } from '../../src/http/api/pickup-points/routes.ts';
import { redirected, redirectOptions } from '../../src/http/api/redirects/schema.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { HOUR_MS, openVirtualHub, type VirtualHub } from '../support/hubs/virtual-hub.ts';

/**
 * Pickup points and redirects through the API, the ledger, the session and each carrier's sandbox:
 * the calls of a shop's checkout and its customer service.
 */
let world: VirtualHub;
let call: Caller;
beforeAll(async () => {
  world = await openVirtualHub();
  call = callerOf(world.hub, (await world.hub.newKey()).text);
});
afterAll(() => world.close());

const PLACES: Readonly<Record<string, string>> = {
  dhl: 'country=de&postal_code=10115&city=Berlin',
  fedex: 'country=US&postal_code=38017',
  ups: 'country=US&postal_code=80301',
  usps: 'country=US&postal_code=80301',
};

function callsTo(carrier: string, path: RegExp): number {
  return world.wire.calls.filter(
    (exchange) => exchange.carrier === carrier && path.test(exchange.path),
  ).length;
}

const points = (carrier: string, query: string) =>
  call('GET', `/carriers/${carrier}/pickup-points?${query}`);

describe('pickup points', () => {
  it('need an account with the carrier, and a carrier with pickup points', async () => {
    const refused = await points('ups', PLACES['ups'] ?? '');
    expect([refused.status, refused.body['type']]).toEqual([
      409,
      '/docs/errors#no_carrier_account',
    ]);
    const without = await points('sandbox', PLACES['ups'] ?? '');
    expect([without.status, without.body['type']]).toEqual([409, '/docs/errors#not_offered']);
    expect((await points('nobody', PLACES['ups'] ?? '')).status).toBe(404);
  });

  it.each(Object.entries(PLACES))(
    'of %s are found near a place, once an hour',
    async (carrier, place) => {
      await world.connect(carrier);
      world.hub.clock.advance(60_000);
      const before = callsTo(carrier, /locat/);
      const first = pickupPointList.parse((await points(carrier, place)).body);
      expect(first.data.length).toBeGreaterThan(1);
      expect(first).toMatchObject({ environment: 'sandbox', note: null });
      const distances = first.data.map(({ distance_m }) => distance_m ?? 0);
      expect(distances).toEqual([...distances].sort((a, b) => a - b));
      expect(await points(carrier, place)).toMatchObject({ body: first });
      expect(callsTo(carrier, /locat/) - before).toBe(1);
      world.hub.clock.advance(HOUR_MS);
      const again = pickupPointList.parse((await points(carrier, place)).body);
      expect(again.data).toEqual(first.data);
      expect(again.as_of > first.as_of).toBe(true);
      expect(callsTo(carrier, /locat/) - before).toBe(2);
    },
  );

  it('are requested once, however many readers open the page at once', async () => {
    const before = callsTo('ups', /locations/);
    const query = 'country=US&postal_code=10001';
    const answers = await Promise.all(Array.from({ length: 8 }, () => points('ups', query)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(callsTo('ups', /locations/) - before).toBe(1);
  });

  it('are none without any nearby, with the reason', async () => {
    const { status, body } = await points('ups', 'country=US&postal_code=00000');
    expect([status, body['data']]).toEqual([200, []]);
    expect(body['note']).toBe('UPS names no place there (UPS error 350203).');
    const kind = await points('ups', 'country=US&postal_code=10001&kinds=post_office');
    expect([kind.status, kind.body['data']]).toEqual([200, []]);
  });

  it.each([
    ['country=US', '?postal_code'],
    ['country=USA&postal_code=10001', '?country'],
    ['country=XX&postal_code=10001', '?country'],
    ['country=US&postal_code=..%2F..', '?postal_code'],
    ['country=US&postal_code=10001&radius_m=1', '?radius_m'],
    ['country=US&postal_code=10001&limit=51', '?limit'],
    ['country=US&postal_code=10001&kinds=pub', '?kinds'],
    ['country=US&postal_code=10001&lat=1', '?lng'],
    ['country=US&postal_code=10001&lat=91&lng=0', '?lat'],
    ['country=US&postal_code=10001&city=%0d%0a', '?city'],
    ['country=US&postal_code=10001&street=x', '?street'],
  ])('are refused for %s, and nothing is sent', async (query, pointer) => {
    const before = world.wire.calls.length;
    const { status, body } = await points('ups', query);
    expect([status, (body['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([
      422,
      // A number is not a member of an array: the pointer gives its place.
      expect.stringContaining(pointer),
    ]);
    expect(world.wire.calls.length).toBe(before);
  });

  it('use a quarter of a small account’s calls and no more', async () => {
    world.hub.clock.advance(2 * HOUR_MS);
    const answers = [];
    for (let index = 0; index < 16; index += 1) {
      answers.push(await points('usps', `country=US&postal_code=${10_100 + index}`));
    }
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual([...Array.from({ length: 15 }, () => 200), 429]);
    const last = answers.at(-1);
    expect(last?.body['type']).toBe('/docs/errors#no_budget');
    const waitS = Number(last?.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(3_000);
    world.hub.clock.advance(waitS * 1_000);
    expect((await points('usps', 'country=US&postal_code=10115')).status).toBe(200);
  });

  it('of a carrier with one call in five seconds wait for their turn', async () => {
    world.hub.clock.advance(HOUR_MS);
    for (const postalCode of ['10117', '10119']) {
      const { status } = await points('dhl', `country=DE&postal_code=${postalCode}`);
      expect(status).toBe(200);
    }
    const times = world.wire.calls.filter(({ path }) => path.startsWith('/location-finder'));
    const [one, other] = times.slice(-2);
    expect((other?.atMs ?? 0) - (one?.atMs ?? 0)).toBeGreaterThanOrEqual(5_000);
  });

  it('distinguish a carrier outage from missing permission', async () => {
    world.hub.clock.advance(HOUR_MS);
    const { id } = world.sandbox.faults.add({ kind: 'outage', carrier: 'fedex' });
    const out = await points('fedex', 'country=US&postal_code=38018');
    expect([out.status, out.body['type']]).toEqual([503, '/docs/errors#carrier_unavailable']);
    expect(Number(out.headers.get('retry-after'))).toBeGreaterThan(0);
    world.sandbox.faults.lift(id);
    // A failed token request is not repeated at once.
    world.hub.clock.advance(60_000);
    world.sandbox.setCredentials('fedex', 'sandbox-client', null, 'no_scope');
    world.sandbox.expireTokens('fedex');
    const refused = await points('fedex', 'country=US&postal_code=38018');
    expect([refused.status, refused.body['type']]).toEqual([409, '/docs/errors#account_refused']);
    world.sandbox.setCredentials('fedex', 'sandbox-client', null, 'good');
    world.sandbox.expireTokens('fedex');
    world.hub.clock.advance(HOUR_MS);
    expect((await points('fedex', 'country=US&postal_code=38018')).status).toBe(200);
  });
});

describe('a redirect', () => {
  const NUMBER = '1Z999AA10300000304';
  /** Faster than real time, and slow enough to be polled in between. */
  const PACE = 3;
  const contact = { name: 'Alexandra Secretname', phone: '+1 410 555 0123' };
  const hold = { to: { kind: 'hold_at_facility' }, contact };
  let id: string;
  const redirect = (body: unknown, headers = {}) =>
    call('POST', `/shipments/${id}/redirect`, body, headers);
  const options = async () =>
    redirectOptions.parse((await call('GET', `/shipments/${id}/redirect-options`)).body);

  it('holds a parcel: the shipment changes when the carrier reports it, and not before', async () => {
    id = await world.track('ups', NUMBER, { scenario: 'delivered', pace: PACE });
    await world.runUntil(world.hub.clock.nowMs() + (30 * HOUR_MS) / PACE);
    expect((await options()).data).toContainEqual({
      kind: 'hold_at_facility',
      eligibility: 'eligible',
      dates: null,
      reasons: null,
      charge: null,
      needs_contact: true,
      takes_instructions: false,
    });
    const before = await world.view(id);
    const headers = { 'idempotency-key': 'hold-1' };
    const accepted = await redirect(hold, headers);
    expect(accepted.status).toBe(202);
    expect(redirected.parse(accepted.body)).toMatchObject({ id, kind: 'hold_at_facility' });
    expect((await redirect(hold, headers)).body).toEqual(accepted.body);
    expect(callsTo('ups', /willcall/)).toBe(1);
    const other = await redirect({ ...hold, to: { kind: 'return' } });
    expect([other.status, other.body['type'], other.body['earlier']]).toEqual([
      409,
      '/docs/errors#conflict',
      { kind: 'hold_at_facility', reference: redirected.parse(accepted.body).reference },
    ]);
    expect(other.text).toContain('replace: true');
    expect(callsTo('ups', /deliveryintercept.*return/)).toBe(0);
    expect((await world.view(id)).shipment.state).toEqual(before.shipment.state);
    await world.runUntil(world.hub.clock.nowMs() + (24 * HOUR_MS) / PACE);
    expect((await world.view(id)).shipment.state.status).toBe('available_for_pickup');
    const log = world.hub.log();
    expect(log).toContain('a redirect was requested');
    for (const secret of ['Secretname', '5550123']) expect(log).not.toContain(secret);
  });

  it('is refused by the carrier if it is not possible now', async () => {
    const { status, body } = await redirect({ ...hold, to: { kind: 'return' }, replace: true });
    expect([status, body['type']]).toEqual([409, '/docs/errors#redirect_refused']);
    // A refusal leaves the earlier accepted redirect in place.
    expect((await redirect(hold)).body['earlier']).toMatchObject({ kind: 'hold_at_facility' });
    const never = await redirect({
      ...hold,
      to: { kind: 'pickup_point', point_id: 'U00000001' },
      replace: true,
    });
    expect([never.status, never.body['type']]).toEqual([409, '/docs/errors#not_offered']);
  });

  it.each([
    [{ to: { kind: 'hold_at_facility' }, replace: true }, '/contact'],
    [{ ...hold, contact: { name: 'A', phone: '12' }, replace: true }, '/contact/phone'],
    [{ ...hold, replace: 'yes' }, '/replace'],
    [{ ...hold, to: { kind: 'home' } }, '/to'],
    [{ ...hold, to: { kind: 'reschedule', date: '2026-02-30' } }, '/to/date'],
    [{ ...hold, to: { kind: 'pickup_point', point_id: '../x' } }, '/to/point_id'],
    [{}, '/to'],
  ])('that is incomplete is sent nowhere: %j', async (body, pointer) => {
    const before = world.wire.calls.length;
    const answer = await redirect(body);
    expect(answer.status).toBe(422);
    expect((answer.body['errors'] as { pointer: string }[])[0]?.pointer).toMatch(
      new RegExp(`^${pointer}`),
    );
    expect(world.wire.calls.length).toBe(before);
  });

  it('needs an unfinished shipment, of a carrier that supports it', async () => {
    await world.runUntil(world.hub.clock.nowMs() + (48 * HOUR_MS) / PACE);
    expect((await world.view(id)).shipment.state.status).toBe('delivered');
    for (const answer of [
      await redirect(hold),
      await call('GET', `/shipments/${id}/redirect-options`),
    ]) {
      expect([answer.status, answer.body['type'], answer.body['current']]).toEqual([
        409,
        '/docs/errors#conflict',
        'delivered',
      ]);
    }
    const other = await world.track('fedex', '999900000119', null);
    const { status, body } = await call('POST', `/shipments/${other}/redirect`, hold);
    expect([status, body['type']]).toEqual([409, '/docs/errors#not_offered']);
    expect((await call('POST', `/shipments/${crypto.randomUUID()}/redirect`, hold)).status).toBe(
      404,
    );
  });

  it('is for keys that may write, and for the merchant’s own parcels', async () => {
    const reader = await world.hub.newKey({ scopes: ['shipments:read'] });
    const reads = callerOf(world.hub, reader.text);
    expect((await reads('POST', `/shipments/${id}/redirect`, hold)).status).toBe(403);
    const stranger = callerOf(world.hub, (await world.hub.newKey({ merchant: 'other' })).text);
    expect((await stranger('POST', `/shipments/${id}/redirect`, hold)).status).toBe(404);
    expect((await stranger('GET', `/shipments/${id}/redirect-options`)).status).toBe(404);
    const theirs = await stranger('GET', `/carriers/ups/pickup-points?${PLACES['ups']}`);
    expect([theirs.status, theirs.body['type']]).toEqual([409, '/docs/errors#no_carrier_account']);
  });
});

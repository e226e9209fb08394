import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type SandboxBench } from '../test-sandbox.ts';
import { adapter } from './index.ts';
import { numbers } from './numbers.ts';
import { sandbox as carrier } from './sandbox.ts';

const SECRET = 'a-test-secret';
const HEADER = 'x-hook-key';
const KEY = carrier.credentials['api_key'] ?? '';
const HOUR_MS = 3_600_000;
const NUMBER = '9876500303';
const PARCEL_NUMBER = '00340434290000000302';
const GM_NUMBER = 'GM000000000000000303';
let bench: SandboxBench;

beforeEach(async () => {
  bench = await openBench(adapter, carrier, { rates: [] });
});
afterEach(() => bench.close());

const FLYING = ['picked_up', 'at_facility', 'in_transit', 'at_facility', 'in_transit'];
const COURIER = [...FLYING, 'at_facility', 'out_for_delivery'];
const PARCEL = ['created', 'picked_up', 'in_transit', 'at_facility', 'out_for_delivery'];

describe('the DHL sandbox, called by the adapter over HTTP', () => {
  it('has numbers of its own scenarios that no check digit speaks against, each once', () => {
    const all = [carrier.demo?.number ?? '', ...carrier.scenarios.flatMap((each) => each.numbers)];
    expect(new Set(all).size).toBe(all.length);
    for (const number of all) {
      expect(numbers.normalize(number)).toBe(number);
      expect(['valid', 'none'], number).toContain(numbers.recognise(number)[0]?.checkDigit);
    }
  });

  it.each([
    ['not-found', 'not_found'],
    ['picked-up', ['picked_up']],
    ['in-transit', FLYING],
    ['out-for-delivery', COURIER],
    ['delivered', [...COURIER, 'delivered']],
    ['moving', [...COURIER, 'delivered']],
    [
      'exception-then-delivered',
      [...FLYING, 'exception', 'in_transit', 'at_facility', 'out_for_delivery', 'delivered'],
    ],
    ['attempted-then-pickup', [...COURIER, 'delivery_attempted', 'available_for_pickup']],
    ['returned-express', [...COURIER, 'delivery_attempted', 'returning']],
    ['recycled', [...FLYING, ...COURIER, 'delivered']],
    ['several-networks', [...FLYING, ...PARCEL, 'delivered']],
    ['first-contact-late', ['picked_up']],
    ['silent-deletion', [...COURIER, 'delivered']],
    ['late-facts', [...COURIER, 'delivered']],
    ['pushes-lost', [...COURIER, 'delivered']],
    ['pushes-twice', [...COURIER, 'delivered']],
    ['pushes-out-of-order', [...COURIER, 'delivered']],
    ['silence', ['picked_up', 'at_facility', 'in_transit']],
    ['parcel-de-label', ['created']],
    ['parcel-de-delivered', [...PARCEL, 'delivered']],
    ['parcel-de-pickup', [...PARCEL, 'delivery_attempted', 'available_for_pickup']],
    ['returned', [...PARCEL, 'delivery_attempted', 'exception', 'delivered']],
    ['label-created', ['created']],
    ['ecommerce-delivered', ['created', 'at_facility', 'out_for_delivery', 'delivered']],
    [
      'ecommerce-attempted',
      [
        'created',
        'at_facility',
        'out_for_delivery',
        'delivery_attempted',
        'out_for_delivery',
        'delivered',
      ],
    ],
  ])('plays %s', async (scenario, wanted) => {
    expect(await bench.playedOut(scenario)).toEqual(wanted);
  });

  it('plays every scenario, including those with a test of their own', () => {
    expect(carrier.scenarios.length).toBe(28);
  });

  it('flags returns, whose delivery to the sender is not a delivery', async () => {
    expect((await bench.reportsOf(bench.numberOf('returned')))[0]?.snapshot.returnFlag).toBe(true);
    expect(
      (await bench.reportsOf(bench.numberOf('parcel-de-delivered')))[0]?.snapshot.returnFlag,
    ).toBe(false);
  });

  it('turns pages until all shipments of a number are there', async () => {
    expect(await bench.reportsOf(bench.numberOf('pages'))).toHaveLength(7);
    expect(bench.sandbox.callFigures('dhl').calls).toBe(2);
  });

  it('requests the network that the number looks like by name when another answers', async () => {
    const outcome = await bench.trackOne(bench.numberOf('other-network'));
    if (outcome.outcome !== 'answer') throw new Error(outcome.outcome);
    expect(bench.statuses(outcome.text)).toContain('picked_up');
    expect(outcome.text).toContain('"service":"express"');
    expect(bench.sandbox.callFigures('dhl').calls).toBe(2);
  });

  it('names the pieces of a waybill, and which of them a scan is of', async () => {
    const [report] = await bench.reportsOf(bench.numberOf('two-pieces'));
    expect(report?.links.map(({ trackingNumber }) => trackingNumber)).toEqual([
      'JD010000000000000011',
      'JD010000000000000012',
    ]);
    expect(report?.facts.map(({ piece }) => piece)).toContain('JD010000000000000011');
  });

  it('links the number of the post that delivers', async () => {
    expect((await bench.reportsOf(bench.numberOf('ecommerce-delivered')))[0]?.links).toMatchObject([
      { kind: 'partner_leg', trackingNumber: '9361210912400000000015' },
    ]);
  });

  it('writes times in the manner of each service, all of them the instants of the script', async () => {
    const startMs = bench.sandbox.clock.nowMs();
    const scenarios = {
      [NUMBER]: 'picked-up',
      [PARCEL_NUMBER]: 'parcel-de-label',
      [GM_NUMBER]: 'label-created',
    };
    for (const [number, scenario] of Object.entries(scenarios)) {
      bench.sandbox.register('dhl', { number, scenario });
    }
    await bench.sandbox.advance(2 * HOUR_MS);
    const seen = [];
    for (const number of [NUMBER, PARCEL_NUMBER, GM_NUMBER]) {
      const outcome = await bench.trackOne(number);
      if (outcome.outcome !== 'answer') throw new Error(outcome.outcome);
      const read = adapter.parse({ text: outcome.text, kind: 'track' });
      const time = read.outcome === 'reports' ? read.reports[0]?.facts[0]?.time : undefined;
      const written = /"timestamp":"[^"]{19}([^"]*)"/.exec(outcome.text)?.[1];
      const atMs = Date.parse(`${time?.local}Z`) - (time?.offsetMin ?? 0) * 60_000;
      seen.push([written, (atMs - startMs) / HOUR_MS, time?.zoneSource]);
    }
    expect(seen).toEqual([
      ['+02:00', 1.3, 'offset'],
      ['', 0, 'carrier_policy'],
      ['', 0, 'postal_code'],
    ]);
  });

  it('keeps places of Parcel DE to those who know the postal code', () => {
    const ask = (more: string) =>
      answerOf(`/track/shipments?trackingNumber=${bench.numberOf('parcel-de-delivered')}${more}`)
        .body;
    expect(ask('')).not.toContain('Bonn');
    expect(ask('&recipientPostalCode=53113')).toContain('Bonn');
  });
});

describe('the manners of the DHL sandbox', () => {
  it('say 401 to a wrong key and to an app without the product alike', async () => {
    bench.sandbox.setCredentials('dhl', 'wrong', null, 'wrong');
    bench.sandbox.setCredentials('dhl', 'narrow', null, 'no_scope');
    for (const api_key of ['wrong', 'narrow', '']) {
      const outcomes = await bench.track([bench.numberOf('delivered')], bench.session({ api_key }));
      expect(outcomes).toMatchObject([{ outcome: 'auth_error' }]);
    }
  });

  it('say 404 and 400 with a problem body', () => {
    expect(answerOf('/track/shipments?trackingNumber=9876500056')).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(JSON.parse(answerOf('/track/shipments?trackingNumber=9876500056').body)).toEqual({
      title: 'No result found',
      detail: 'No shipment with given tracking number found.',
      status: 404,
      instance: '/shipment/9876500056',
    });
    expect(answerOf('/track/shipments').status).toBe(400);
    expect(answerOf('/track/shipments?trackingNumber=9876500012&offset=x').status).toBe(400);
  });

  it('allow one call in five seconds and 250 in any day, and name no wait', async () => {
    await bench.close();
    bench = await openBench(adapter, carrier);
    const session = bench.session();
    const number = bench.numberOf('picked-up');
    for (let i = 0; i < 5; i += 1) {
      expect((await bench.track([number], session))[0]?.outcome).toBe('answer');
    }
    for (let i = 5; i < 250; i += 1) {
      await bench.sandbox.advance(5_000);
      expect(answerOf(`/track/shipments?trackingNumber=${number}`).status).toBe(200);
    }
    await bench.sandbox.advance(5_000);
    const [refused] = await bench.track([number], session);
    expect(refused).toMatchObject({ outcome: 'rate_limited' });
    expect(refused).not.toHaveProperty('retryAfterS');
    const figures = bench.sandbox.rateFigures('dhl');
    expect(figures.map(({ limit, violations }) => [limit.name, violations])).toEqual([
      ['spacing', 0],
      ['day', 1],
    ]);
    await bench.sandbox.advance(24 * HOUR_MS);
    expect((await bench.track([number], session))[0]?.outcome).toBe('answer');
    expect(answerOf(`/track/shipments?trackingNumber=${number}`).status).toBe(429);
  });

  it.each([
    ['outage', 'error'],
    ['server_errors', 'error'],
    ['rate_limited', 'rate_limited'],
  ] as const)('show a fault of kind %s correctly', async (kind, wanted) => {
    bench.sandbox.faults.add({ kind, carrier: 'dhl' });
    expect((await bench.trackOne(bench.numberOf('delivered'))).outcome).toBe(wanted);
  });

  it('drop connections to simulate a refusing network', async () => {
    bench.sandbox.faults.add({ kind: 'outage', how: 'refused', carrier: 'dhl' });
    expect((await bench.trackOne(bench.numberOf('delivered'))).outcome).toBe('error');
    expect(bench.reports).toEqual([{ kind: 'failed', reason: 'network' }]);
  });
});

describe('proofs of delivery of the DHL sandbox', () => {
  const proof = (scenario: string, credentials = carrier.credentials) =>
    adapter.proofOfDelivery?.(
      { trackingNumber: bench.numberOf(scenario), carrierPieceId: null, offered: [] },
      bench.session(credentials),
    );

  it('are a page of PDF for a delivered waybill', async () => {
    const outcome = await proof('delivered');
    if (outcome?.outcome !== 'documents') throw new Error(outcome?.outcome);
    expect(outcome.documents).toMatchObject([{ kind: 'document', mediaType: 'application/pdf' }]);
    expect(Buffer.from(outcome.documents[0]?.bytes ?? []).toString('latin1')).toContain(
      bench.numberOf('delivered'),
    );
  });

  it('are none before the delivery, and need MyDHL credentials that are right', async () => {
    expect(await proof('out-for-delivery')).toMatchObject({ outcome: 'none' });
    bench.sandbox.setCredentials('dhl', 'sandbox-user', null, 'wrong');
    expect(await proof('delivered')).toMatchObject({ outcome: 'auth_error' });
  });
});

describe('pushes of the DHL sandbox', () => {
  const subscribe = async (url: string, number = NUMBER) =>
    adapter.subscribe?.([number], { url, secret: SECRET, header: HEADER }, bench.session());

  /** Handles a push as the hub does: checks it, and calls back on request. */
  async function listening(answersHandshake = true) {
    const session = bench.session();
    const verdicts: unknown[] = [];
    const calls: Promise<unknown>[] = [];
    const hook = await bench.listen((request) => {
      const options = { header: HEADER };
      verdicts.push(adapter.webhook?.verify(request, [SECRET], 0, options));
      const call = adapter.webhook?.handshake?.(request)?.call;
      if (call !== undefined && answersHandshake) calls.push(session.send(call));
      return 200;
    });
    const scopes = () =>
      hook.webhooks.map(({ rawBody }) => {
        const text = new TextDecoder().decode(rawBody);
        return (JSON.parse(text) as { scope: string }).scope;
      });
    return { hook, verdicts, calls, scopes };
  }

  it('begin after the handshake, carry the chosen header, and contain the same as a pull', async () => {
    const { hook, verdicts, calls, scopes } = await listening();
    expect(await subscribe(hook.url)).toMatchObject([
      { outcome: 'subscribed', trackingNumber: NUMBER, pending: true },
    ]);
    await bench.sandbox.pump();
    expect(await Promise.all(calls)).toMatchObject([{ kind: 'http', status: 200 }]);
    bench.sandbox.register('dhl', { number: NUMBER, scenario: 'delivered' });
    await bench.sandbox.advance(40 * HOUR_MS);
    expect(scopes()).toEqual([
      'subscription.validate',
      'subscription.ready',
      ...Array.from({ length: 9 }, () => 'subscription.push'),
    ]);
    expect(verdicts).toEqual(Array.from({ length: 11 }, () => ({ ok: true, trust: 'secret' })));
    const last = hook.webhooks.at(-1)?.rawBody ?? new Uint8Array();
    const pulled = await bench.trackOne(NUMBER);
    if (pulled.outcome !== 'answer') throw new Error(pulled.outcome);
    expect(bench.statuses(new TextDecoder().decode(last), 'webhook')).toEqual(
      bench.statuses(pulled.text),
    );
  });

  it('never begin when the handshake is not answered', async () => {
    const { hook, scopes } = await listening(false);
    await subscribe(hook.url);
    bench.sandbox.register('dhl', { number: NUMBER, scenario: 'delivered' });
    await bench.sandbox.advance(40 * HOUR_MS);
    expect(scopes()).toEqual(['subscription.validate']);
    expect(bench.sandbox.subscriptions('dhl')[0]?.state).toBe('pending');
  });

  it('come again after an hour when the hook was down', async () => {
    const { hook, calls } = await listening();
    await subscribe(hook.url);
    await bench.sandbox.pump();
    await Promise.all(calls);
    const [subscription] = bench.sandbox.subscriptions('dhl');
    expect(subscription?.state).toBe('active');
    const down = await bench.listen(() => 503);
    await subscribe(down.url, '9876500314');
    await bench.sandbox.advance(8 * HOUR_MS);
    expect(
      bench.sandbox
        .pushes('dhl')
        .filter(({ status }) => status === 503)
        .map(({ attempt }) => attempt),
    ).toEqual([1, 2, 3]);
  });

  it('are limited to the requested events', async () => {
    const { hook, calls, scopes } = await listening();
    post('/tracking/push/v1/subscription', {
      hook: {
        uri: hook.url,
        authentication: { type: 'ApiKeyAuthentication', header: HEADER, token: SECRET },
      },
      format: 'Default',
      type: 'Shipment',
      service: 'express',
      events: ['Delivered'],
      shipmentIDs: [NUMBER],
    });
    await bench.sandbox.pump();
    await Promise.all(calls);
    bench.sandbox.register('dhl', { number: NUMBER, scenario: 'delivered' });
    await bench.sandbox.advance(40 * HOUR_MS);
    expect(scopes().filter((scope) => scope === 'subscription.push')).toHaveLength(1);
  });

  it('are refused for an account of Parcel DE, for eleven numbers, and to a wrong secret', () => {
    const wanted = {
      hook: { uri: 'https://hub.example.com/dhl' },
      format: 'Default',
      type: 'Shipment',
      service: 'parcel-de',
      events: ['Transit'],
      shipmentIDs: [NUMBER],
    };
    const path = '/tracking/push/v1/subscription';
    expect(post(path, { ...wanted, type: 'Account', accountID: '1' }).status).toBe(400);
    expect(post(path, { ...wanted, shipmentIDs: Array(11).fill(NUMBER) }).status).toBe(400);
    expect(post(path, { ...wanted, events: ['Everything'] }).status).toBe(400);
    const { id } = JSON.parse(post(path, wanted).body) as { id: string };
    expect(post(`${path}/${id}`, null, { 'dhl-api-hook-secret': 'guessed' }).status).toBe(403);
    expect(post(`${path}/${id}`, null, { 'dhl-api-key': 'another' }).status).toBe(404);
  });
});

function answerOf(path: string) {
  const response = bench.sandbox.ask('dhl', {
    method: 'GET',
    path,
    headers: { 'dhl-api-key': KEY },
  });
  if (response.kind !== 'answer') throw new Error(response.kind);
  return response.answer;
}

function post(path: string, json: unknown, headers: Record<string, string> = {}) {
  const response = bench.sandbox.ask('dhl', {
    method: 'POST',
    path,
    headers: { 'dhl-api-key': KEY, 'content-type': 'application/json', ...headers },
    text: json === null ? '' : JSON.stringify(json),
  });
  if (response.kind !== 'answer') throw new Error(response.kind);
  return response.answer;
}

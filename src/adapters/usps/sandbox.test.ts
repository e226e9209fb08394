import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBench, type SandboxBench } from '../test-sandbox.ts';
import { adapter } from './index.ts';
import { numbers } from './numbers.ts';
import { sandbox as carrier } from './sandbox.ts';

const SECRET = 'a-test-secret-of-32-characters-!';
const { client_id = '', client_secret = '' } = carrier.credentials;
const HOUR_MS = 3_600_000;
let bench: SandboxBench;

beforeEach(async () => {
  bench = await openBench(adapter, carrier, { rates: [] });
});
afterEach(() => bench.close());

const UNDER_WAY = ['created', 'picked_up', 'at_facility', 'in_transit', 'at_facility'];

describe('the USPS sandbox, called by the adapter over HTTP', () => {
  it('has numbers of its own scenarios that pass the check digit, each once', () => {
    const all = [carrier.demo?.number ?? '', ...carrier.scenarios.flatMap((each) => each.numbers)];
    expect(new Set(all).size).toBe(all.length);
    for (const number of all) {
      expect(numbers.normalize(number)).toBe(number);
      expect(numbers.recognise(number)[0]?.checkDigit, number).toBe('valid');
    }
  });

  it.each([
    ['not-found', 'not_found'],
    ['not-yet', 'not_yet'],
    ['pickup-number', 'refused'],
    ['not-entitled', 'refused'],
    ['label-created', ['created']],
    ['accepted', ['created', 'picked_up']],
    ['in-transit', UNDER_WAY],
    ['out-for-delivery', [...UNDER_WAY, 'out_for_delivery']],
    ['delivered', [...UNDER_WAY, 'out_for_delivery', 'delivered']],
    ['moving', [...UNDER_WAY, 'out_for_delivery', 'delivered']],
    ['exception-then-delivered', [...UNDER_WAY, 'exception', 'out_for_delivery', 'delivered']],
    [
      'attempted-then-pickup',
      [...UNDER_WAY, 'out_for_delivery', 'delivery_attempted', 'available_for_pickup'],
    ],
    [
      'returned',
      [
        ...UNDER_WAY,
        'out_for_delivery',
        'exception',
        'returning',
        'at_facility',
        'returned_to_sender',
      ],
    ],
    ['recycled', UNDER_WAY],
    ['silent-deletion', [...UNDER_WAY, 'out_for_delivery', 'delivered']],
    ['late-facts', [...UNDER_WAY, 'out_for_delivery', 'delivered']],
    ['pushes-lost', [...UNDER_WAY, 'out_for_delivery', 'delivered']],
    ['pushes-twice', [...UNDER_WAY, 'out_for_delivery', 'delivered']],
    ['pushes-out-of-order', [...UNDER_WAY, 'out_for_delivery', 'delivered']],
    ['partner-first', ['created', 'picked_up', 'in_transit', 'picked_up', 'out_for_delivery']],
    ['silence', ['created', 'picked_up', 'at_facility', 'in_transit']],
  ])('plays %s', async (scenario, wanted) => {
    expect(await bench.playedOut(scenario)).toEqual(wanted);
  });

  it('covers every scenario above', () => {
    expect(carrier.scenarios.length).toBe(21);
  });

  it('answers a batch whose parts go wrong in different ways, number by number', async () => {
    const names = ['delivered', 'not-found', 'not-yet', 'not-entitled', 'label-created'];
    const outcomes = await bench.track(names.map((scenario) => bench.numberOf(scenario)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'answer',
      'not_found',
      'not_yet',
      'refused',
      'answer',
    ]);
    expect(bench.sandbox.calls.list({ carrier: 'usps' }).at(-1)).toMatchObject({ status: 207 });
  });

  it('takes a mis-scan back without a word', async () => {
    const number = '9400100000000000000228';
    bench.sandbox.register('usps', { number, scenario: 'silent-deletion' });
    await bench.sandbox.advance(94 * HOUR_MS);
    const before = await bench.trackOne(number);
    await bench.sandbox.advance(2 * HOUR_MS);
    const after = await bench.trackOne(number);
    const last = (outcome: typeof after) =>
      outcome.outcome === 'answer' ? bench.statuses(outcome.text).at(-1) : outcome.outcome;
    expect([last(before), last(after)]).toEqual(['delivered', 'out_for_delivery']);
  });

  it('gives times that become the instants of the script, though GMT is a day off', async () => {
    const number = '9400100000000000000228';
    bench.sandbox.register('usps', { number, scenario: 'delivered' });
    const startMs = bench.sandbox.clock.nowMs();
    await bench.sandbox.advance(30 * HOUR_MS);
    const outcome = await bench.trackOne(number);
    if (outcome.outcome !== 'answer') throw new Error(outcome.outcome);
    const read = adapter.parse({ text: outcome.text, kind: 'track' });
    if (read.outcome !== 'reports') throw new Error(read.reason);
    const times = read.reports[0]?.facts.map(({ time }) => time) ?? [];
    const instants = times.map(({ local, offsetMin }) =>
      Math.round((Date.parse(`${local}Z`) - (offsetMin ?? 0) * 60_000 - startMs) / 360_000),
    );
    expect(instants).toEqual([246, 155, 72, 0]);
    expect(outcome.text).toContain('"GMTOffset":"-5:00"');
  });
});

describe('the manners of the USPS sandbox', () => {
  it('refuse wrong credentials, and issue a token without the scope', async () => {
    bench.sandbox.setCredentials('usps', 'wrong', null, 'wrong');
    bench.sandbox.setCredentials('usps', 'narrow', null, 'no_scope');
    const ask = (id: string) =>
      bench.track([bench.numberOf('delivered')], bench.session({ client_id: id, client_secret }));
    expect(await ask('wrong')).toMatchObject([{ outcome: 'auth_error' }]);
    expect(await ask('narrow')).toMatchObject([{ outcome: 'scope_missing' }]);
    expect(bench.sandbox.tokensIssued('usps')).toBe(1);
  });

  it('let a call without the scope count, and say 401 in their own words', () => {
    const token = JSON.parse(
      answerText({
        method: 'POST',
        path: '/oauth2/v3/token',
        headers: { 'content-type': 'application/json' },
        text: JSON.stringify({
          grant_type: 'client_credentials',
          client_id,
          client_secret,
          scope: 'locations',
        }),
      }),
    ) as { access_token: string; scope: string; expires_in: number };
    expect(token).toMatchObject({ scope: 'locations', expires_in: 28_799 });
    const text = answerText({
      method: 'POST',
      path: '/tracking/v3r2/tracking',
      headers: { authorization: `Bearer ${token.access_token}` },
    });
    expect(text).toContain('The client application identifier is invalid.');
  });

  it('end a token, so that the session has another one', async () => {
    await bench.trackOne(bench.numberOf('delivered'));
    bench.sandbox.expireTokens('usps');
    expect((await bench.trackOne(bench.numberOf('delivered'))).outcome).toBe('answer');
    expect(bench.sandbox.tokensIssued('usps')).toBe(2);
  });

  it('refuse a body with anything undocumented in it, and more than 35 numbers', () => {
    const token = tokenNow();
    const post = (json: unknown) =>
      statusOf({
        method: 'POST',
        path: '/tracking/v3r2/tracking',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        text: JSON.stringify(json),
      });
    const trackingNumber = bench.numberOf('delivered');
    expect(post([{ trackingNumber }])).toBe(200);
    expect(post([{ trackingNumber, expand: 'DETAIL' }])).toBe(400);
    expect(post({ trackingNumber })).toBe(400);
    expect(post([])).toBe(400);
    expect(post(Array.from({ length: 36 }, () => ({ trackingNumber })))).toBe(400);
  });

  it('allow sixty calls in any hour and then name the wait', async () => {
    await bench.close();
    bench = await openBench(adapter, carrier);
    const session = bench.session();
    const number = bench.numberOf('delivered');
    for (let i = 0; i < 60; i += 1) await bench.track([number], session);
    expect(await bench.track([number], session)).toMatchObject([
      { outcome: 'rate_limited', retryAfterS: 3_600 },
    ]);
    await bench.sandbox.advance(HOUR_MS);
    expect(await bench.track([number], session)).toMatchObject([{ outcome: 'answer' }]);
    const hour = bench.sandbox.rateFigures('usps')[0];
    expect(hour).toMatchObject({ peak: 61, violations: 1 });
  });

  it.each([
    ['outage', { outcome: 'error' }],
    ['server_errors', { outcome: 'error' }],
    ['rate_limited', { outcome: 'rate_limited', retryAfterS: 3_600 }],
    ['token_throttled', { outcome: 'rate_limited', retryAfterS: 60 }],
  ] as const)('show a fault of kind %s correctly', async (kind, wanted) => {
    bench.sandbox.faults.add({ kind, carrier: 'usps' });
    expect(await bench.trackOne(bench.numberOf('delivered'))).toMatchObject(wanted);
    bench.sandbox.faults.liftAll();
  });
});

describe('pushes of the USPS sandbox', () => {
  const subscribe = async (url: string) =>
    adapter.subscribe?.([], { url, secret: SECRET, header: null }, bench.session());

  it('begin with a check, are signed, and contain the same as a pull', async () => {
    const hook = await bench.listen((request) => adapter.webhook?.acknowledge?.(request) ?? 200);
    expect(await subscribe(hook.url)).toMatchObject([
      { outcome: 'subscribed', trackingNumber: null, pending: false },
    ]);
    const number = '9400100000000000000228';
    bench.sandbox.register('usps', { number, scenario: 'delivered' });
    await bench.sandbox.advance(100 * HOUR_MS);
    const pushes = bench.sandbox.pushes('usps');
    expect(pushes.every(({ outcome }) => outcome === 'delivered')).toBe(true);
    expect(hook.webhooks.length).toBe(pushes.length);
    const [, ...later] = hook.webhooks;
    const texts = later.map(({ rawBody }) => new TextDecoder().decode(rawBody));
    const pulled = await bench.trackOne(number);
    if (pulled.outcome !== 'answer') throw new Error(pulled.outcome);
    expect(texts.flatMap((text) => bench.statuses(text, 'webhook'))).toEqual(
      bench.statuses(pulled.text),
    );
  });

  it('verify at the moment they come, and not under another secret', async () => {
    const verdicts: unknown[] = [];
    const hook = await bench.listen((request) => {
      const nowMs = bench.sandbox.clock.nowMs();
      verdicts.push(adapter.webhook?.verify(request, [SECRET], nowMs));
      verdicts.push(adapter.webhook?.verify(request, [`${SECRET}?`], nowMs));
      return 200;
    });
    await subscribe(hook.url);
    bench.sandbox.register('usps', { number: '9400100000000000000228', scenario: 'accepted' });
    await bench.sandbox.advance(10 * HOUR_MS);
    expect(verdicts.length).toBe(6);
    for (let i = 0; i < verdicts.length; i += 2) {
      expect(verdicts.slice(i, i + 2)).toEqual([
        { ok: true, trust: 'signed' },
        { ok: false, reason: 'signature_mismatch' },
      ]);
    }
  });

  it('bring late and double what the script says', async () => {
    const hook = await bench.listen();
    await subscribe(hook.url);
    bench.sandbox.register('usps', { number: '9400100000000000000228', scenario: 'pushes-twice' });
    bench.sandbox.register('usps', {
      number: '9400100000000000000235',
      scenario: 'pushes-out-of-order',
    });
    await bench.sandbox.advance(120 * HOUR_MS);
    const codes = (number: string) =>
      hook.webhooks
        .map(({ rawBody }) => new TextDecoder().decode(rawBody))
        .filter((text) => text.includes(number))
        .flatMap((text) => /eventCode\\":\\"(\w\w)/.exec(text)?.[1] ?? []);
    expect(codes('9400100000000000000228').slice(0, 4)).toEqual(['GX', 'GX', '03', '03']);
    expect(codes('9400100000000000000235').slice(-2)).toEqual(['01', 'OF']);
  });

  it('stop when the listener is gone; subscribing again revives them', async () => {
    let status = 503;
    const hook = await bench.listen(() => status);
    await subscribe(hook.url);
    await bench.sandbox.advance(HOUR_MS);
    expect(bench.sandbox.subscriptions('usps')[0]?.state).toBe('suspended');
    status = 200;
    expect(await subscribe(hook.url)).toMatchObject([{ outcome: 'subscribed' }]);
    expect(bench.sandbox.subscriptions('usps').map(({ state }) => state)).toEqual([
      'ended',
      'active',
    ]);
  });

  it('find the subscription that is there when the same is wanted again', async () => {
    const hook = await bench.listen();
    const [first] = (await subscribe(hook.url)) ?? [];
    const [second] = (await subscribe(hook.url)) ?? [];
    expect(second).toMatchObject({ outcome: 'subscribed' });
    expect(second?.outcome === 'subscribed' && second.subscriptionId).toBe(
      first?.outcome === 'subscribed' && first.subscriptionId,
    );
    expect(bench.sandbox.subscriptions('usps').length).toBe(1);
  });

  it('are listed by Mailer ID only, and ended with the current ETag only', () => {
    const authorization = `Bearer ${tokenNow()}`;
    const path = '/subscriptions-tracking/v3r2/subscriptions';
    const call = (method: string, more = '', headers = {}, text = '') =>
      bench.sandbox.ask('usps', {
        method,
        path: `${path}${more}`,
        headers: { authorization, 'content-type': 'application/json', ...headers },
        text,
      });
    const answered = (response: ReturnType<typeof call>) => {
      if (response.kind !== 'answer') throw new Error(response.kind);
      return response.answer;
    };
    expect(answered(call('GET')).status).toBe(400);
    expect(answered(call('GET', '?MID=900000001')).status).toBe(404);
    const made = answered(
      call(
        'POST',
        '',
        {},
        JSON.stringify({
          listenerURL: 'https://hub.example.com/usps',
          secret: SECRET,
          adminNotification: [{ email: 'ops@example.com' }],
          filterProperties: { MID: '900000001', trackingEventTypes: ['ALL_UPDATES'] },
        }),
      ),
    );
    expect(made.status).toBe(201);
    const { subscriptionId } = JSON.parse(made.body) as { subscriptionId: string };
    expect(answered(call('GET', '?MID=900000001')).status).toBe(200);
    expect(answered(call('DELETE', `/${subscriptionId}`)).status).toBe(412);
    const etag = made.headers['etag'] ?? '';
    expect(answered(call('DELETE', `/${subscriptionId}`, { 'if-match': etag })).status).toBe(204);
    expect(answered(call('GET', `/${subscriptionId}`)).status).toBe(404);
  });
});

type SandboxRequest = Parameters<SandboxBench['sandbox']['ask']>[1];

function answerText(request: SandboxRequest): string {
  const response = bench.sandbox.ask('usps', request);
  return response.kind === 'answer' ? response.answer.body : response.kind;
}

function statusOf(request: SandboxRequest): number | string {
  const response = bench.sandbox.ask('usps', request);
  return response.kind === 'answer' ? response.answer.status : response.kind;
}

function tokenNow(): string {
  const text = answerText({
    method: 'POST',
    path: '/oauth2/v3/token',
    text: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id,
      client_secret,
    }).toString(),
  });
  return (JSON.parse(text) as { access_token: string }).access_token;
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RedirectTarget } from '../contract/extras.ts';
import { openBench, type SandboxBench } from '../test-sandbox.ts';
import { adapter } from './index.ts';
import { numbers } from './numbers.ts';
import { redirect, redirectOptions } from './redirect.ts';
import { sandbox as carrier } from './sandbox.ts';

const SECRET = 'a-test-credential';
const { client_id = '', client_secret = '' } = carrier.credentials;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NUMBER = '1Z999AA10300000304';
let bench: SandboxBench;

beforeEach(async () => {
  bench = await openBench(adapter, carrier, { rates: [] });
});
afterEach(() => bench.close());

const UNDER_WAY = [
  'created',
  'picked_up',
  'at_facility',
  'in_transit',
  'at_facility',
  'in_transit',
  'at_facility',
];
const ON_VEHICLE = [...UNDER_WAY, 'out_for_delivery'];

describe('the UPS sandbox, called by the adapter over HTTP', () => {
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
    ['not-found-404', 'not_found'],
    ['label-created', ['created']],
    ['voided', ['created', 'cancelled']],
    ['picked-up', ['created', 'picked_up']],
    ['in-transit', UNDER_WAY],
    ['out-for-delivery', ON_VEHICLE],
    ['delivered', [...ON_VEHICLE, 'delivered']],
    ['moving', [...ON_VEHICLE, 'delivered']],
    ['exception-then-delivered', [...UNDER_WAY, 'exception', 'out_for_delivery', 'delivered']],
    ['attempted-then-pickup', [...ON_VEHICLE, 'delivery_attempted', 'available_for_pickup']],
    [
      'returned',
      [...ON_VEHICLE, 'delivery_attempted', 'returning', 'at_facility', 'returned_to_sender'],
    ],
    ['recycled', UNDER_WAY],
    ['several-results', [...UNDER_WAY, ...ON_VEHICLE, 'delivered']],
    ['two-packages', ON_VEHICLE],
    ['silent-deletion', [...ON_VEHICLE, 'delivered']],
    ['late-facts', [...ON_VEHICLE, 'delivered']],
    ['pushes-lost', [...ON_VEHICLE, 'delivered']],
    ['pushes-twice', [...ON_VEHICLE, 'delivered']],
    ['pushes-out-of-order', [...ON_VEHICLE, 'delivered']],
    ['odd-clocks', [...ON_VEHICLE, 'delivered']],
    ['silence', ['created', 'picked_up', 'at_facility', 'in_transit', 'at_facility']],
  ])('plays %s', async (scenario, wanted) => {
    expect(await bench.playedOut(scenario)).toEqual(wanted);
  });

  it('plays every scenario above', () => {
    expect(carrier.scenarios.length).toBe(22);
  });

  it('asks about one package of a shipment and reports that one', async () => {
    const reports = await bench.reportsOf(bench.numberOf('two-packages'));
    expect(reports.map(({ trackingNumber }) => trackingNumber)).toEqual([
      bench.numberOf('two-packages'),
    ]);
    expect(reports[0]?.snapshot.piecesTotal).toBe(3);
  });

  it('shows a scan that became known late in its place', async () => {
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'late-facts' });
    await bench.sandbox.advance(90 * HOUR_MS);
    const before = await statusesOf(NUMBER);
    await bench.sandbox.advance(10 * HOUR_MS);
    const after = await statusesOf(NUMBER);
    expect(before.slice(-2)).toEqual(['in_transit', 'out_for_delivery']);
    expect(after.slice(-3)).toEqual(['at_facility', 'out_for_delivery', 'delivered']);
  });

  it('takes a mis-scan back without a word', async () => {
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'silent-deletion' });
    await bench.sandbox.advance(92 * HOUR_MS);
    expect((await statusesOf(NUMBER)).at(-1)).toBe('delivered');
    await bench.sandbox.advance(1.5 * HOUR_MS);
    expect((await statusesOf(NUMBER)).at(-1)).toBe('out_for_delivery');
  });

  it.each(['delivered', 'odd-clocks'])(
    'writes the clocks of %s so that they become the instants of the script',
    async (scenario) => {
      const startMs = bench.sandbox.clock.nowMs();
      bench.sandbox.register('ups', { number: NUMBER, scenario });
      await bench.sandbox.advance(100 * HOUR_MS);
      const [report] = await bench.reportsOf(NUMBER);
      const hours = report?.facts.map(({ time: { local, offsetMin } }) =>
        offsetMin === null
          ? null
          : (Date.parse(`${local}Z`) - offsetMin * 60_000 - startMs) / HOUR_MS,
      );
      const wanted = [0, 8.5, 12.2, 14.8, 39.1, 43.4, 68.3, 89.2, 93.7].reverse();
      // Without GMT and without a place, the zone of the label's time is unknown.
      expect(hours).toEqual(scenario === 'delivered' ? wanted : [...wanted.slice(0, -1), null]);
    },
  );
});

describe('the manners of the UPS sandbox', () => {
  it('refuse wrong credentials, and a merchant that is blocked', async () => {
    bench.sandbox.setCredentials('ups', 'wrong', null, 'wrong');
    bench.sandbox.setCredentials('ups', 'blocked', null, 'no_scope');
    const ask = (id: string) =>
      bench.track([bench.numberOf('delivered')], bench.session({ client_id: id, client_secret }));
    expect(await ask('wrong')).toMatchObject([{ outcome: 'auth_error' }]);
    expect(await ask('blocked')).toMatchObject([{ outcome: 'scope_missing' }]);
  });

  it('end a token, so that the session has another one', async () => {
    await bench.trackOne(bench.numberOf('delivered'));
    bench.sandbox.expireTokens('ups');
    expect((await bench.trackOne(bench.numberOf('delivered'))).outcome).toBe('answer');
    expect(bench.sandbox.tokensIssued('ups')).toBe(2);
    await bench.sandbox.advance(14_399_000);
    expect((await bench.trackOne(bench.numberOf('delivered'))).outcome).toBe('answer');
    expect(bench.sandbox.tokensIssued('ups')).toBe(3);
    expect(bench.sandbox.callFigures('ups').byStatus['401']).toBe(1);
  });

  it('distinguish a missing token from an expired one, and require both headers', () => {
    const path = `/api/track/v1/details/${bench.numberOf('delivered')}`;
    const token = tokenNow();
    const named = { transid: 'a', transactionsrc: 'test' };
    const get = (headers: Record<string, string>, at = path) =>
      answerOf({ method: 'GET', path: at, headers });
    const authorization = `Bearer ${token}`;
    expect(get(named)).toMatchObject({ status: 401, body: expect.stringContaining('UJ0001') });
    expect(get({ authorization }).status).toBe(400);
    expect(get({ authorization, transid: 'a' }).status).toBe(400);
    expect(get({ authorization, ...named }).status).toBe(200);
    expect(get({ authorization, ...named }, '/api/track/v1/details/1Z')).toMatchObject({
      status: 400,
      body: '{"response":{"errors":[{"code":"TV1002","message":"Invalid inquiry number"}]}}',
    });
    bench.sandbox.expireTokens('ups');
    expect(get({ authorization, ...named }).body).toContain('251004');
  });

  it('answer the token request in texts', () => {
    const body = JSON.parse(tokenAnswer()) as Record<string, unknown>;
    expect(Object.values(body).every((value) => typeof value === 'string')).toBe(true);
    expect(body['expires_in']).toBe('14399');
  });

  it('refuse the sixth call of a second without naming a wait, and a token for each call', async () => {
    await bench.close();
    bench = await openBench(adapter, carrier);
    const session = bench.session();
    const number = bench.numberOf('label-created');
    const paced = await bench.track(Array(20).fill(number), session);
    expect(new Set(paced.map(({ outcome }) => outcome))).toEqual(new Set(['answer']));
    expect(bench.sandbox.rateFigures('ups').every(({ violations }) => violations === 0)).toBe(true);
    const headers = { authorization: `Bearer ${tokenNow()}`, transid: 'a', transactionsrc: 'test' };
    const ask = () => answerOf({ method: 'GET', path: `/api/track/v1/details/${number}`, headers });
    await bench.sandbox.advance(2_000);
    const answers = Array.from({ length: 6 }, ask);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[5]).toEqual({
      status: 429,
      headers: { 'content-type': 'application/json' },
      body: '{"response":{"errors":[{"code":"10429","message":"Too Many Requests"}]}}',
    });
    expect(Array.from({ length: 10 }, tokenAnswer).at(-1)).toContain('Quota Limit Exceeded');
  });

  it.each([
    ['outage', 'error'],
    ['server_errors', 'error'],
    ['rate_limited', 'rate_limited'],
    ['token_throttled', 'rate_limited'],
  ] as const)('show a fault of kind %s correctly', async (kind, wanted) => {
    bench.sandbox.faults.add({ kind, carrier: 'ups' });
    expect((await bench.trackOne(bench.numberOf('delivered'))).outcome).toBe(wanted);
  });
});

describe('proofs of delivery of the UPS sandbox', () => {
  const proof = (scenario: string) =>
    adapter.proofOfDelivery?.(
      { trackingNumber: bench.numberOf(scenario), carrierPieceId: null, offered: [] },
      bench.session(),
    );

  it('are a signature, a letter and a photo, on request', async () => {
    const outcome = await proof('delivered');
    if (outcome?.outcome !== 'documents') throw new Error(outcome?.outcome);
    expect(outcome.documents.map(({ kind, mediaType }) => [kind, mediaType])).toEqual([
      ['signature', 'image/gif'],
      ['document', 'application/pdf'],
      ['photo', 'image/png'],
    ]);
    const pulled = await bench.trackOne(bench.numberOf('delivered'));
    expect(JSON.stringify(pulled)).not.toContain('image');
  });

  it('are none before the delivery', async () => {
    expect(await proof('out-for-delivery')).toMatchObject({ outcome: 'none' });
  });
});

describe('pushes of the UPS sandbox', () => {
  const subscribe = async (given: readonly string[]) =>
    adapter.subscribe?.(given, { url: '', secret: '', header: null }, bench.session());
  const typeHook = (url: string) =>
    bench.sandbox.subscribe('ups', { account: client_id, numbers: [], url, secret: SECRET });
  const codesOf = (pushes: readonly { rawBody: Uint8Array }[]) =>
    pushes.map(
      ({ rawBody }) =>
        (JSON.parse(new TextDecoder().decode(rawBody)) as { activityStatus: { code: string } })
          .activityStatus.code,
    );

  it('never come where no hook was typed into the portal', async () => {
    expect(await subscribe([NUMBER])).toMatchObject([{ outcome: 'subscribed' }]);
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'delivered' });
    await bench.sandbox.advance(5 * DAY_MS);
    expect(bench.sandbox.pushes('ups')).toEqual([]);
  });

  it('bring the credential of the hook, and contain the same as a pull', async () => {
    const hook = await bench.listen();
    typeHook(hook.url);
    await subscribe([NUMBER]);
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'delivered' });
    await bench.sandbox.advance(5 * DAY_MS);
    const texts = hook.webhooks.map(({ rawBody }) => new TextDecoder().decode(rawBody));
    const pulled = await bench.trackOne(NUMBER);
    if (pulled.outcome !== 'answer') throw new Error(pulled.outcome);
    expect(texts.flatMap((text) => bench.statuses(text, 'webhook'))).toEqual(
      bench.statuses(pulled.text),
    );
    for (const request of hook.webhooks) {
      expect(adapter.webhook?.verify(request, [SECRET], 0)).toEqual({ ok: true, trust: 'secret' });
      expect(adapter.webhook?.verify(request, ['another'], 0)).toMatchObject({ ok: false });
    }
  });

  it('name each fact as a pull names it', async () => {
    const hook = await bench.listen();
    typeHook(hook.url);
    await subscribe([NUMBER]);
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'attempted-then-pickup' });
    await bench.sandbox.advance(5 * DAY_MS);
    const pushed = hook.webhooks.flatMap(({ rawBody }) => {
      const read = adapter.parse({ text: new TextDecoder().decode(rawBody), kind: 'webhook' });
      return read.outcome === 'reports' ? (read.reports[0]?.facts ?? []) : [];
    });
    const [report] = await bench.reportsOf(NUMBER);
    const names = (facts: typeof pushed) => facts.map(({ identity }) => identity.join(' ')).sort();
    expect(names(pushed)).toEqual(names([...(report?.facts ?? [])]));
  });

  it('report a new date, which no pull does', async () => {
    const hook = await bench.listen();
    typeHook(hook.url);
    await subscribe([NUMBER]);
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'exception-then-delivered' });
    await bench.sandbox.advance(5 * DAY_MS);
    expect(codesOf(hook.webhooks)).toContain('UP');
    const pulled = await bench.trackOne(NUMBER);
    if (pulled.outcome !== 'answer') throw new Error(pulled.outcome);
    expect(pulled.text).not.toContain('"code":"UP"');
  });

  it('end after 14 days without notice, unless the number was subscribed again', async () => {
    const OTHER = '1Z999AA10300000313';
    const hook = await bench.listen();
    typeHook(hook.url);
    await subscribe([NUMBER, OTHER]);
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'silence' });
    bench.sandbox.register('ups', { number: OTHER, scenario: 'silence' });
    await bench.sandbox.advance(10 * DAY_MS);
    await subscribe([OTHER]);
    await bench.sandbox.advance(10 * DAY_MS);
    const pushesOf = (number: string) =>
      codesOf(
        hook.webhooks.filter(({ rawBody }) => new TextDecoder().decode(rawBody).includes(number)),
      );
    expect(pushesOf(NUMBER)).toEqual(['MP', 'OR', 'AR']);
    expect(pushesOf(OTHER)).toEqual(['MP', 'OR', 'AR', 'DP', 'AR']);
  });

  it('accept some numbers and not others, and none of a hundred and one', async () => {
    const outcomes = await subscribe([NUMBER, '1ZTOOSHORT', '9400100000000000000013']);
    expect(outcomes?.map(({ outcome }) => outcome)).toEqual(['subscribed', 'refused', 'refused']);
    const post = (list: readonly string[], locale: string | undefined = 'en_US') =>
      answerOf({
        method: 'POST',
        path: '/api/track/v2/subscription/standard/package',
        headers: {
          authorization: `Bearer ${tokenNow()}`,
          transid: 'a',
          transactionsrc: 'test',
          'content-type': 'application/json',
        },
        text: JSON.stringify({ locale, countryCode: 'US', trackingNumberList: list }),
      });
    expect(post(Array(101).fill(NUMBER))).toMatchObject({
      status: 400,
      body: expect.stringContaining('VSS220'),
    });
    expect(post([NUMBER], '').body).toContain('VSS300');
  });

  it('of v1 go where the body says, and of enhanced ones only the preferred', async () => {
    const hook = await bench.listen();
    const post = (path: string, more: object) =>
      answerOf({
        method: 'POST',
        path,
        headers: { authorization: `Bearer ${tokenNow()}`, transid: 'a', transactionsrc: 'test' },
        text: JSON.stringify({
          locale: 'en_US',
          countryCode: 'US',
          trackingNumberList: [NUMBER],
          ...more,
        }),
      }).status;
    const destination = { url: hook.url, credentialType: 'Bearer', credential: SECRET };
    expect(post('/api/track/v1/subscription/standard/package', {})).toBe(400);
    expect(
      post('/api/track/v1/subscription/enhanced/package', {
        destination,
        eventPreferences: ['D', 'M'],
      }),
    ).toBe(200);
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'delivered' });
    await bench.sandbox.advance(5 * DAY_MS);
    expect(codesOf(hook.webhooks)).toEqual(['MP', 'FS']);
  });

  it('come twice and late where the script says so, and once more when the hook was down', async () => {
    let status = 500;
    const hook = await bench.listen(() => status);
    typeHook(hook.url);
    await subscribe([NUMBER]);
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'pushes-out-of-order' });
    await bench.sandbox.advance(HOUR_MS);
    expect(codesOf(hook.webhooks)).toEqual(['MP', 'MP']);
    status = 200;
    await bench.sandbox.advance(5 * DAY_MS);
    expect(codesOf(hook.webhooks).slice(-2)).toEqual(['FS', 'OT']);
  });
});

async function statusesOf(number: string): Promise<readonly string[]> {
  const outcome = await bench.trackOne(number);
  return outcome.outcome === 'answer' ? bench.statuses(outcome.text) : [outcome.outcome];
}

type SandboxRequest = Parameters<SandboxBench['sandbox']['ask']>[1];

function answerOf(request: SandboxRequest) {
  const response = bench.sandbox.ask('ups', request);
  if (response.kind !== 'answer') throw new Error(response.kind);
  return response.answer;
}

function tokenAnswer(): string {
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64');
  return answerOf({
    method: 'POST',
    path: '/security/v1/oauth/token',
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    text: 'grant_type=client_credentials',
  }).body;
}

function tokenNow(): string {
  return (JSON.parse(tokenAnswer()) as { access_token: string }).access_token;
}

describe('the UPS sandbox, asked to redirect a parcel', () => {
  const contact = { name: 'Alex Sample', phone: '+1 410 555 0123', email: null };
  const ask = (to: RedirectTarget) =>
    redirect({ trackingNumber: NUMBER, to, contact, instructions: null }, bench.session());
  const open = async () => {
    const outcome = await redirectOptions(NUMBER, bench.session());
    if (outcome.outcome !== 'options') return outcome.outcome;
    return outcome.options
      .filter((each) => each.eligibility === 'eligible')
      .map(({ kind }) => kind);
  };
  /** The statuses once the whole scenario has happened, without `none`. */
  const ending = async () => {
    await bench.sandbox.advance(10 * DAY_MS);
    const outcome = await bench.trackOne(NUMBER);
    if (outcome.outcome !== 'answer') return [];
    return bench.statuses(outcome.text).filter((status) => status !== 'none');
  };
  beforeEach(() => {
    bench.sandbox.register('ups', { number: NUMBER, scenario: 'delivered', start: 'now' });
  });

  it('allows it from the first scan to the door, and a hold even from the vehicle', async () => {
    expect(await open()).toBe('none');
    await bench.sandbox.advance(HOUR_MS);
    expect(await open()).toEqual([]);
    await bench.sandbox.advance(12 * HOUR_MS);
    expect(await open()).toEqual(['reschedule', 'hold_at_facility', 'return']);
    await bench.sandbox.advance(78 * HOUR_MS);
    expect(await open()).toEqual(['hold_at_facility']);
    expect((await ask({ kind: 'return', reason: 'other' })).outcome).toBe('refused');
    await bench.sandbox.advance(8 * HOUR_MS);
    expect(await open()).toEqual([]);
    expect((await ask({ kind: 'hold_at_facility' })).outcome).toBe('refused');
  });

  it.each([
    [{ kind: 'hold_at_facility' }, ['at_facility', 'available_for_pickup', 'delivered']],
    [
      { kind: 'return', reason: 'order_cancelled' },
      ['returning', 'in_transit', 'returned_to_sender'],
    ],
    [
      {
        kind: 'address',
        address: {
          name: 'Alex Sample',
          lines: ['1 Market Street'],
          city: 'Baldwin',
          region: 'MD',
          postalCode: '21013',
          country: 'US',
        },
      },
      ['out_for_delivery', 'delivered'],
    ],
  ] as const)('after %j plays another ending', async (to, end) => {
    await bench.sandbox.advance(50 * HOUR_MS);
    expect(await ask(to)).toMatchObject({ outcome: 'accepted' });
    expect((await ending()).slice(-end.length)).toEqual(end);
  });

  it('delivers on the day that was chosen among those it offers', async () => {
    await bench.sandbox.advance(50 * HOUR_MS);
    const outcome = await redirectOptions(NUMBER, bench.session());
    const options = outcome.outcome === 'options' ? outcome.options : [];
    const dates = options.find(({ kind }) => kind === 'reschedule')?.dates ?? [];
    expect(dates).toHaveLength(5);
    expect((await ask({ kind: 'reschedule', date: '2020-01-01' })).outcome).toBe('refused');
    const date = dates[2] ?? '';
    expect((await ask({ kind: 'reschedule', date })).outcome).toBe('accepted');
    await ending();
    const [report] = await bench.reportsOf(NUMBER);
    expect(report?.facts[0]?.time.local?.slice(0, 10)).toBe(date);
  });
});

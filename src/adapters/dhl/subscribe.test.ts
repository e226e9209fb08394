import { describe, expect, it } from 'vitest';
import type { CarrierAnswer, CarrierCall } from '../contract/pull.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { subscribe } from './subscribe.ts';

const HOOK = {
  url: 'https://hub.example.com/webhooks/dhl/1',
  secret: 'test-secret-0123456789abcdef0123',
  header: null,
};
const EXPRESS = '9356579890';
const [PARCEL, OTHER_PARCEL] = ['00340434161094015902', '00340434292135100124'];
const AMBIGUOUS = '1234567';

const run = async (
  numbers: readonly string[],
  script: Parameters<typeof scriptedSession>[0],
  hook: Parameters<typeof subscribe>[1] = HOOK,
) => {
  const session = scriptedSession(script);
  return { outcomes: await subscribe(numbers, hook, session), calls: session.calls };
};
const idsIn = ({ body }: CarrierCall): string[] =>
  body !== undefined && 'json' in body ? Object(body.json).shipmentIDs : [];
const accepted = (id: string) => answerOf(202, { subscriptionId: id });
const bad = answerOf(400, { title: 'Bad Request', status: 400, detail: 'JANE DOE' });

describe('DHL subscriptions that cannot be made', () => {
  it('for numbers of no certain network are refused before a call is spent', async () => {
    const { outcomes, calls } = await run([AMBIGUOUS, ''], []);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    expect(calls).toEqual([]);
  });

  it.each([
    ['a refused key', answerOf(401, ''), 'auth_error'],
    ['push without approval', answerOf(403, ''), 'scope_missing'],
    ['too many calls', answerOf(429, ''), 'rate_limited'],
    ['an outage', answerOf(503, ''), 'error'],
    ['a time-out', { kind: 'failed', reason: 'timeout' }, 'error'],
    ['no budget', { kind: 'unsent', reason: 'budget', retryAfterS: null }, 'unsent'],
  ] as const)('%s: the same for all numbers, by one call', async (_, answer, outcome) => {
    const { outcomes, calls } = await run([EXPRESS, PARCEL, AMBIGUOUS], [answer]);
    expect(outcomes.map((each) => [each.trackingNumber, each.outcome])).toEqual([
      [EXPRESS, outcome],
      [PARCEL, outcome],
      [AMBIGUOUS, 'refused'],
    ]);
    expect(calls).toHaveLength(1);
    expect(JSON.stringify(outcomes)).not.toContain(HOOK.secret);
  });

  it('find the number that spoils it for the others', async () => {
    const { outcomes, calls } = await run([PARCEL, OTHER_PARCEL], (call) =>
      idsIn(call).includes(PARCEL) ? bad : accepted('sub-2'),
    );
    expect(outcomes).toMatchObject([
      { outcome: 'refused', trackingNumber: PARCEL, reason: 'the request was refused (400)' },
      { outcome: 'subscribed', trackingNumber: OTHER_PARCEL, subscriptionId: 'sub-2' },
    ]);
    expect(calls.map(idsIn)).toEqual([[PARCEL, OTHER_PARCEL], [PARCEL], [OTHER_PARCEL]]);
  });

  it('are not narrowed down for ever', async () => {
    const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(
      (digit) => `JJD00002009019360${digit}00${digit}`,
    );
    const { outcomes, calls } = await run(numbers, () => bad);
    expect(calls).toHaveLength(9);
    expect(outcomes).toHaveLength(10);
    expect(outcomes.some(({ outcome }) => outcome === 'error')).toBe(true);
  });
});

describe('DHL subscriptions', () => {
  it('are one for each network, and wait for the handshake', async () => {
    const { outcomes, calls } = await run(
      [PARCEL, EXPRESS, OTHER_PARCEL],
      [accepted('sub-1'), answerOf(202, { self: 'https://api-eu.dhl.com/x/subscription/sub-2' })],
    );
    expect(outcomes).toEqual(
      [
        [PARCEL, 'sub-1'],
        [EXPRESS, 'sub-2'],
        [OTHER_PARCEL, 'sub-1'],
      ].map(([trackingNumber, subscriptionId]) => ({
        outcome: 'subscribed',
        trackingNumber,
        subscriptionId,
        expiresAtMs: null,
        pending: true,
      })),
    );
    expect(calls[0]).toEqual({
      method: 'POST',
      path: '/tracking/push/v1/subscription',
      body: {
        json: {
          hook: {
            uri: HOOK.url,
            authentication: {
              type: 'ApiKeyAuthentication',
              header: 'x-api-key',
              token: HOOK.secret,
            },
          },
          format: 'Default',
          type: 'Shipment',
          service: 'parcel-de',
          events: ['Pre-Transit', 'Transit', 'Delivered', 'Failure', 'Unknown'],
          shipmentIDs: [PARCEL, OTHER_PARCEL],
        },
      },
    });
    expect(calls[1]?.body).toMatchObject({ json: { service: 'express', shipmentIDs: [EXPRESS] } });
  });

  it('are authenticated by the header that the operator named', async () => {
    const { calls } = await run([EXPRESS], [accepted('a')], { ...HOOK, header: 'x-hook' });
    expect(calls[0]?.body).toMatchObject({
      json: { hook: { authentication: { header: 'x-hook' } } },
    });
  });

  it.each<[string, CarrierAnswer, string | null, number | null]>([
    ['a body', answerOf(202, { id: 'sub-3', expires: 'x' }), 'sub-3', null],
    ['a header', answerOf(202, '', { location: '/subscription/sub-4' }), 'sub-4', null],
    ['nothing', answerOf(202, ''), null, null],
    ['odd words', answerOf(202, { id: 'no id!', expires: '2026-03-07T00:00:00' }), null, null],
    [
      'a body with an end',
      answerOf(202, { id: 'a', expires: '2026-03-07T00:00:00+01:00' }),
      'a',
      Date.UTC(2026, 2, 6, 23),
    ],
  ])('read id and end from %s', async (_, answer, subscriptionId, expiresAtMs) => {
    const { outcomes } = await run([EXPRESS], [answer]);
    expect(outcomes).toMatchObject([{ outcome: 'subscribed', subscriptionId, expiresAtMs }]);
  });

  it('take ten numbers each', async () => {
    const numbers = Array.from(
      { length: 12 },
      (_, i) => `JJD0000200901936000${String(i).padStart(2, '0')}`,
    );
    const { outcomes, calls } = await run(numbers, () => accepted('sub'));
    expect(calls.map((call) => idsIn(call).length)).toEqual([10, 2]);
    expect(outcomes.every(({ outcome }) => outcome === 'subscribed')).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { CarrierAnswer } from '../contract/pull.ts';
import { answerOf, SCRIPT_NOW_MS, scriptedSession } from '../session/test-carrier-session.ts';
import { subscribe } from './subscribe.ts';

const HOOK = {
  url: 'https://hub.example.com/webhooks/usps/0a1b2c3d-0000-4000-8000-00000000000a',
  secret: 'test-secret-0123456789abcdef0123',
  header: null,
};
const MAILER = { admin_email: 'ops@example.com', mid: '900000000' };
const ID = '00000000-0000-4000-8000-000000000001';
const NUMBERS = ['9400100000000000000006', '9400100000000000000013'];
const DAY_MS = 86_400_000;

const run = async (
  script: readonly CarrierAnswer[],
  { credentials = MAILER as Record<string, string>, numbers = [] as string[], hook = HOOK } = {},
) => {
  const session = scriptedSession(script, credentials);
  return { outcomes: await subscribe(numbers, hook, session), calls: session.calls };
};
const refusal = (message: string) => ({ error: { code: '400', message, errors: [] } });
const duplicate = answerOf(400, refusal(`Duplicate of subscriptionId: ${ID} at ${HOOK.url}`));

describe('USPS subscriptions that cannot be made', () => {
  it.each([
    ['a Mailer ID of seven digits', { credentials: { ...MAILER, mid: '1234567' } }],
    ['no email address', { credentials: { mid: '900000000' } }],
    ['neither Mailer ID nor numbers', { credentials: { admin_email: 'ops@example.com' } }],
    ['a short secret', { hook: { ...HOOK, secret: 'short' } }],
    ['an open address', { hook: { ...HOOK, url: 'http://hub.example.com/' } }],
  ])('with %s are refused before a call is spent', async (_, options) => {
    const { outcomes, calls } = await run([], options as Parameters<typeof run>[1]);
    expect(outcomes).toMatchObject([{ outcome: 'refused', trackingNumber: null }]);
    expect(calls).toEqual([]);
  });

  it.each([
    ['another 400', answerOf(400, refusal('secret must be 32 characters')), 'refused'],
    ['a 403', answerOf(403, { error: { code: '403', message: 'x', errors: [] } }), 'refused'],
    [
      'a missing scope',
      answerOf(401, { error: { code: '401', message: 'Insufficient OAuth scope.' } }),
      'scope_missing',
    ],
    ['a refused token', answerOf(401, ''), 'auth_error'],
    ['a used up quota', answerOf(429, ''), 'rate_limited'],
    ['an outage', answerOf(503, '<html></html>'), 'error'],
    ['a time-out', { kind: 'failed', reason: 'timeout' }, 'error'],
    ['no budget', { kind: 'unsent', reason: 'budget', retryAfterS: null }, 'unsent'],
  ] as const)('%s is reported as such', async (_, answer, outcome) => {
    const { outcomes } = await run([answer]);
    expect(outcomes.map((each) => each.outcome)).toEqual([outcome]);
    expect(JSON.stringify(outcomes)).not.toContain(HOOK.secret);
  });

  it('stop at the first failure of the account', async () => {
    const credentials = { admin_email: 'ops@example.com' };
    const { outcomes, calls } = await run([answerOf(429, '')], { credentials, numbers: NUMBERS });
    expect(outcomes.map((each) => [each.trackingNumber, each.outcome])).toEqual(
      NUMBERS.map((number) => [number, 'rate_limited']),
    );
    expect(calls).toHaveLength(1);
  });
});

describe('USPS subscriptions', () => {
  it('are for the Mailer ID where the account names one, whatever the numbers', async () => {
    const { outcomes, calls } = await run([answerOf(201, { subscriptionId: ID })], {
      numbers: NUMBERS,
    });
    expect(outcomes).toEqual([
      {
        outcome: 'subscribed',
        trackingNumber: null,
        subscriptionId: ID,
        expiresAtMs: SCRIPT_NOW_MS + 30 * DAY_MS,
        pending: false,
      },
    ]);
    expect(calls).toEqual([
      {
        method: 'POST',
        path: '/subscriptions-tracking/v3r2/subscriptions',
        headers: { accept: 'application/json' },
        body: {
          json: {
            listenerURL: HOOK.url,
            secret: HOOK.secret,
            adminNotification: [{ email: 'ops@example.com' }],
            filterProperties: { MID: '900000000', trackingEventTypes: ['ALL_UPDATES'] },
          },
        },
      },
    ]);
  });

  it('are by number where it names none', async () => {
    const credentials = { admin_email: 'ops@example.com' };
    const created = answerOf(201, '', {
      location: `/subscriptions-tracking/v3r2/subscriptions/${ID}`,
    });
    const { outcomes, calls } = await run([created, answerOf(201, '')], {
      credentials,
      numbers: NUMBERS,
    });
    expect(outcomes).toMatchObject([
      { outcome: 'subscribed', trackingNumber: NUMBERS[0], subscriptionId: ID },
      { outcome: 'subscribed', trackingNumber: NUMBERS[1], subscriptionId: null },
    ]);
    expect(calls[0]?.body).toMatchObject({
      json: { filterProperties: { trackingNumber: NUMBERS[0] } },
    });
  });

  it('that exist already are retained, and checked again within a week', async () => {
    const existing = answerOf(200, { subscriptionId: ID, status: 'ENABLED', secret: HOOK.secret });
    const { outcomes, calls } = await run([duplicate, existing]);
    expect(outcomes).toMatchObject([
      { outcome: 'subscribed', subscriptionId: ID, expiresAtMs: SCRIPT_NOW_MS + 7 * DAY_MS },
    ]);
    expect(calls).toHaveLength(2);
  });

  it('are retained when nothing can be learned of the existing one', async () => {
    for (const answer of [answerOf(503, ''), answerOf(200, 'x'), answerOf(404, '')]) {
      const { outcomes, calls } = await run([duplicate, answer]);
      expect(outcomes).toMatchObject([{ outcome: 'subscribed', subscriptionId: ID }]);
      expect(calls).toHaveLength(2);
    }
    const nameless = await run([answerOf(400, refusal('Subscription already exists.'))]);
    expect(nameless.outcomes).toMatchObject([{ outcome: 'subscribed', subscriptionId: null }]);
  });

  it.each([
    ['suspended', { status: 'SUSPENDED' }],
    ['switched off', { subscriptionStatus: 'DISABLED' }],
    ['signed with an older secret', { status: 'ENABLED', secret: 'test-older-secret' }],
  ])('that are %s are replaced', async (_, existing) => {
    const { outcomes, calls } = await run([
      duplicate,
      answerOf(200, existing, { etag: '"7"' }),
      answerOf(204, ''),
      answerOf(201, { subscriptionId: 'new' }),
    ]);
    expect(outcomes).toMatchObject([{ outcome: 'subscribed', subscriptionId: 'new' }]);
    expect(calls[2]).toEqual({
      method: 'DELETE',
      path: `/subscriptions-tracking/v3r2/subscriptions/${ID}`,
      headers: { 'if-match': '"7"' },
    });
  });

  it('are retained when the stale one cannot be deleted', async () => {
    const { outcomes, calls } = await run([
      duplicate,
      answerOf(200, { status: 'SUSPENDED' }),
      answerOf(412, ''),
    ]);
    expect(outcomes).toMatchObject([{ outcome: 'subscribed', subscriptionId: ID }]);
    expect(calls).toHaveLength(3);
  });

  it('take no id out of our own address', async () => {
    const echoed = answerOf(400, refusal(`listener ${HOOK.url} is a duplicate`));
    expect((await run([echoed])).outcomes).toMatchObject([{ subscriptionId: null }]);
  });
});

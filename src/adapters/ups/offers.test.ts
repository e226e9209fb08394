import { describe, expect, it } from 'vitest';
import type { CarrierAnswer } from '../contract/pull.ts';
import { answerOf, SCRIPT_NOW_MS, scriptedSession } from '../session/test-carrier-session.ts';
import { access } from './access.ts';
import { proofOfDelivery } from './proof.ts';
import { subscribe } from './subscribe.ts';

const NUMBER = '1Z023E2X0214323462';
const SIBLING = '1Z1442YY7229014688';
const HOOK = { url: 'https://hub.example/hook', secret: 'test-credential', header: null };

function errorAnswer(status: number, code: string, more: object = {}): CarrierAnswer {
  return answerOf(status, { ...more, response: { errors: [{ code, message: 'x' }] } });
}

describe('the token', () => {
  const read = (answer: CarrierAnswer) =>
    answer.kind === 'http' ? access.token?.read(answer) : undefined;

  it('is refused for wrong keys and a blocked merchant, throttled by quota, else an error', () => {
    expect(read(errorAnswer(401, '10401'))).toMatchObject({ outcome: 'auth_error' });
    expect(read(errorAnswer(403, '10403'))).toMatchObject({ outcome: 'auth_error' });
    expect(read(errorAnswer(429, '10429'))).toMatchObject({ outcome: 'rate_limited' });
    expect(read(answerOf(403, '<html></html>'))).toMatchObject({ outcome: 'error' });
    expect(read(errorAnswer(500, '10004'))).toMatchObject({ outcome: 'error' });
  });

  it('is read though its seconds are text', () => {
    const body = { access_token: 'eyJ.test', expires_in: '14399', status: 'approved' };
    expect(read(answerOf(200, body))).toEqual({
      outcome: 'token',
      token: 'eyJ.test',
      lifetimeS: 14_399,
    });
  });

  it('is requested outside of /api, the keys in a header, the account only if it is one', () => {
    const keys = { client_id: 'test-id', client_secret: 'test:sëcret' };
    const request = access.token?.request({ ...keys, merchant_id: 'A1B2C3' });
    expect(request).toMatchObject({
      path: '/security/v1/oauth/token',
      body: { form: { grant_type: 'client_credentials' } },
      headers: { 'x-merchant-id': 'A1B2C3' },
    });
    const basic = request?.headers?.['authorization']?.replace('Basic ', '') ?? '';
    expect(Buffer.from(basic, 'base64').toString()).toBe('test-id:test:sëcret');
    for (const merchant_id of ['', 'A1\r\nx: y', 'too long for one']) {
      const { headers } = access.token?.request({ ...keys, merchant_id }) ?? {};
      expect(headers).not.toHaveProperty('x-merchant-id');
    }
  });
});

describe('a Track Alert subscription', () => {
  it('is refused without a call for anything but a 1Z or 1R number', async () => {
    const session = scriptedSession([]);
    const outcomes = await subscribe(['K1506235620', '92748901234567890123'], HOOK, session);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    expect(session.calls).toEqual([]);
  });

  it('of some numbers and not of others is normal, and ends after fourteen days', async () => {
    const session = scriptedSession([
      answerOf(200, { validTrackingNumbers: [NUMBER], invalidTrackingNumbers: ['1Z1'] }),
    ]);
    const outcomes = await subscribe([SIBLING, '1Z1', NUMBER, 'K1506235620'], HOOK, session);
    expect(outcomes).toMatchObject([
      { outcome: 'error', trackingNumber: SIBLING },
      { outcome: 'refused', trackingNumber: '1Z1' },
      {
        outcome: 'subscribed',
        trackingNumber: NUMBER,
        expiresAtMs: SCRIPT_NOW_MS + 14 * 86_400_000,
        pending: false,
      },
      { outcome: 'refused', trackingNumber: 'K1506235620' },
    ]);
    expect(session.calls).toMatchObject([
      {
        method: 'POST',
        path: '/api/track/v2/subscription/standard/package',
        body: {
          json: {
            locale: 'en_US',
            countryCode: 'US',
            trackingNumberList: [SIBLING, '1Z1', NUMBER],
          },
        },
      },
    ]);
    // Where it posts is managed in the portal, and so is the credential.
    expect(JSON.stringify(session.calls)).not.toContain(HOOK.secret);
  });

  it('rejected as a whole subscribes nobody, and refuses only the named numbers', async () => {
    const answer = errorAnswer(400, 'VSS300', {
      validTrackingNumbers: [NUMBER],
      invalidTrackingNumbers: ['1Z1'],
    });
    expect(await subscribe([NUMBER, '1Z1'], HOOK, scriptedSession([answer]))).toMatchObject([
      { outcome: 'error', reason: expect.stringContaining('VSS300') },
      { outcome: 'refused' },
    ]);
    const outage = scriptedSession([errorAnswer(500, 'VSS100')]);
    expect(await subscribe([NUMBER], HOOK, outage)).toMatchObject([{ outcome: 'error' }]);
    const throttled = scriptedSession([errorAnswer(429, '10429')]);
    expect(await subscribe([NUMBER], HOOK, throttled)).toMatchObject([{ outcome: 'rate_limited' }]);
  });

  it('takes at most a hundred numbers a call, or all would be rejected', async () => {
    const numbers = Array.from({ length: 101 }, (_, i) => `1Z${String(1e15 + i)}`);
    const session = scriptedSession(() => answerOf(200, { validTrackingNumbers: numbers }));
    const outcomes = await subscribe(numbers, HOOK, session);
    expect(outcomes.map(({ trackingNumber }) => trackingNumber)).toEqual(numbers);
    expect(session.calls).toHaveLength(2);
  });
});

describe('a proof of delivery', () => {
  const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
  const REQUEST = { trackingNumber: NUMBER, carrierPieceId: null, offered: [] };
  const answer = (...packages: readonly object[]) =>
    answerOf(200, { trackResponse: { shipment: [{ inquiryNumber: NUMBER, package: packages }] } });
  const deliveryInformation = {
    signature: { image: base64('GIF89a signature') },
    pod: { content: base64('<html><script>') },
    deliveryPhoto: { photo: base64('\xff\xd8\xff photo'), photoCaptureInd: 'Y' },
  };

  it('is an image or a PDF, and never a page that a browser would run', async () => {
    const session = scriptedSession([answer({ trackingNumber: NUMBER, deliveryInformation })]);
    expect(await proofOfDelivery(REQUEST, session)).toMatchObject({
      outcome: 'documents',
      documents: [
        { kind: 'signature', mediaType: 'image/gif' },
        { kind: 'photo', mediaType: 'image/jpeg' },
      ],
    });
    expect(session.calls[0]?.path).toBe(
      `/api/track/v1/details/${NUMBER}?locale=en_US&returnSignature=true&returnPOD=true`,
    );
  });

  it('is never another package’s', async () => {
    const other = { trackingNumber: SIBLING, deliveryInformation };
    for (const packages of [
      [other],
      [other, { trackingNumber: NUMBER }],
      [{ deliveryInformation }, {}],
    ]) {
      expect(await proofOfDelivery(REQUEST, scriptedSession([answer(...packages)]))).toMatchObject({
        outcome: 'none',
      });
    }
  });

  it('is none for an account without the right to it or a number that is gone', async () => {
    for (const each of [answer({ trackingNumber: NUMBER }), errorAnswer(404, 'TW0001')]) {
      expect(await proofOfDelivery(REQUEST, scriptedSession([each]))).toMatchObject({
        outcome: 'none',
      });
    }
    const ended = scriptedSession([errorAnswer(401, '251004')]);
    expect(await proofOfDelivery(REQUEST, ended)).toMatchObject({ outcome: 'auth_error' });
  });
});

import { describe, expect, it } from 'vitest';
import { hmacSha256Base64 } from '../../kernel/wire/hmac.ts';
import { webhook } from './webhook.ts';

const SECRET = 'test-secret-0123456789abcdef0123';
const NOW_MS = Date.UTC(2026, 2, 6, 21, 11, 0);
const PAYLOAD = '{"trackingNumber":"9400100000000000000006","statusCategory":"Delivered"}';

const signed = webhook.sign(PAYLOAD, SECRET, NOW_MS);
const request = (body: string, hmac: string | undefined) => ({
  headers: { 'x-hmac': hmac },
  rawBody: new TextEncoder().encode(body),
});
const verify = (body: string, hmac: string | undefined, nowMs = NOW_MS, secrets = [SECRET]) =>
  webhook.verify(request(body, hmac), secrets, nowMs);
const SIGNATURE = signed.headers['x-hmac'] ?? '';

describe('USPS push verification', () => {
  it('refuses everything without a secret', () => {
    const reason = { ok: false, reason: 'no_secret_configured' };
    expect(verify(signed.body, SIGNATURE, NOW_MS, [])).toEqual(reason);
    expect(verify(signed.body, SIGNATURE, NOW_MS, [''])).toEqual(reason);
  });

  it.each([
    ['no header', undefined, 'signature_missing'],
    ['an empty header', '', 'signature_missing'],
    ['a repeated header', `${SIGNATURE}, ${SIGNATURE}`, 'signature_malformed'],
    ['blanks around it', ` ${SIGNATURE} `, 'signature_malformed'],
    ['hexadecimal', Buffer.from(SIGNATURE, 'base64').toString('hex'), 'signature_malformed'],
    ['Base64 without padding', SIGNATURE.replace('=', ''), 'signature_malformed'],
    ['another signature', `A${SIGNATURE.slice(1)}`, 'signature_mismatch'],
  ])('refuses %s', (_, hmac, reason) => {
    expect(verify(signed.body, hmac)).toEqual({ ok: false, reason });
  });

  it('refuses another spelling of the same Base64 bytes', () => {
    // The last character before "=" carries two unused bits.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const at = alphabet.indexOf(SIGNATURE.charAt(42));
    const twin = `${SIGNATURE.slice(0, 42)}${alphabet[at ^ 1]}=`;
    expect(Buffer.from(twin, 'base64')).toEqual(Buffer.from(SIGNATURE, 'base64'));
    expect(verify(signed.body, twin)).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  it('refuses a changed payload, also one that means the same', () => {
    const changed = signed.body.replace('Delivered', 'Returned');
    const respelled = JSON.stringify({
      ...JSON.parse(signed.body),
      payload: JSON.stringify(JSON.parse(PAYLOAD), null, 1),
    });
    for (const body of [changed, respelled, '', 'not json', '[]', '{"payload":7}']) {
      expect(verify(body, SIGNATURE)).toEqual({ ok: false, reason: 'signature_mismatch' });
    }
  });

  it('refuses a body that is not UTF-8', () => {
    const rawBody = new Uint8Array([...new TextEncoder().encode(signed.body), 0xff]);
    expect(webhook.verify({ headers: { 'x-hmac': SIGNATURE }, rawBody }, [SECRET], NOW_MS).ok).toBe(
      false,
    );
  });

  it('refuses an envelope without a timestamp', () => {
    expect(verify(JSON.stringify({ payload: PAYLOAD }), SIGNATURE)).toEqual({
      ok: false,
      reason: 'timestamp_missing',
    });
  });

  it('refuses a signed text that was split elsewhere between timestamp and payload', () => {
    const { timestamp = '' } = JSON.parse(signed.body) as { timestamp?: string };
    const text = timestamp + PAYLOAD;
    for (const at of [10, 16, 17, 19, timestamp.length + 1]) {
      const body = JSON.stringify({ timestamp: text.slice(0, at), payload: text.slice(at) });
      const verdict = verify(body, SIGNATURE);
      expect([at, verdict]).toEqual([at, { ok: false, reason: 'timestamp_missing' }]);
    }
    const again = JSON.stringify({ timestamp, payload: PAYLOAD });
    expect(verify(again, SIGNATURE)).toEqual({ ok: true, trust: 'signed' });
  });

  it.each(['2026-03-06T21:11:00.25Z', '2026-03-06T16:11:00-05:00', '2026-03-06 21:11:00'])(
    'accepts the timestamp %s, as far as it is recent',
    (timestamp) => {
      const hmac = hmacSha256Base64(timestamp + PAYLOAD, SECRET);
      expect(verify(JSON.stringify({ timestamp, payload: PAYLOAD }), hmac)).toMatchObject({
        ok: true,
      });
    },
  );

  it('refuses a timestamp more than 300 s old or early, and no less', () => {
    const at = (seconds: number) => verify(signed.body, SIGNATURE, NOW_MS + seconds * 1000);
    expect(at(301)).toEqual({ ok: false, reason: 'timestamp_stale' });
    expect(at(-301)).toEqual({ ok: false, reason: 'timestamp_stale' });
    expect(at(300).ok).toBe(true);
    expect(at(-300).ok).toBe(true);
  });

  it('accepts under any live secret while one is rotated', () => {
    expect(verify(signed.body, SIGNATURE, NOW_MS, ['test-other-secret', SECRET])).toEqual({
      ok: true,
      trust: 'signed',
    });
  });

  it('accepts a body signed elsewhere: Base64 HMAC-SHA256 over timestamp and payload', () => {
    // Made with: printf %s '<timestamp><payload>' | openssl dgst -sha256 -hmac '<secret>' -binary | base64
    const body =
      '{"subscriptionType":"TRACKING","timestamp":"2026-03-06T21:11:00Z","payload":"{\\"a\\":1}"}';
    expect(verify(body, '0nrWo2zn1QjBWrXWAOn0unY5VhXd0DAegh+6/KVKKaI=')).toEqual({
      ok: true,
      trust: 'signed',
    });
  });

  it('does not cover the rest of the envelope, which nothing relies on', () => {
    const body = JSON.stringify({ ...JSON.parse(signed.body), subscriptionId: 'another' });
    expect(verify(body, SIGNATURE).ok).toBe(true);
  });
});

describe('USPS push acknowledgement', () => {
  it('is an empty 200', () => {
    expect(webhook.acknowledge?.(request(signed.body, SIGNATURE))).toEqual({
      status: 200,
      headers: {},
      body: '',
    });
  });

  it('echoes a challenge as JSON', () => {
    const { body } = webhook.sign(
      JSON.stringify({ challenge: 'abc', payload: PAYLOAD }),
      SECRET,
      NOW_MS,
    );
    expect(webhook.acknowledge?.(request(body, undefined))).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"challenge":"abc"}',
    });
  });

  it('echoes nothing of unreasonable length', () => {
    const body = JSON.stringify({ challenge: 'a'.repeat(513), payload: PAYLOAD });
    expect(webhook.acknowledge?.(request(body, undefined)).body).toBe('');
  });
});

describe('USPS signing', () => {
  it('puts the time of signing into an envelope that has another', () => {
    const old = JSON.stringify({ timestamp: '2020-01-01T00:00:00Z', payload: PAYLOAD });
    const again = webhook.sign(old, SECRET, NOW_MS);
    expect(JSON.parse(again.body)).toMatchObject({ timestamp: '2026-03-06T21:11:00Z' });
    expect(verify(again.body, again.headers['x-hmac']).ok).toBe(true);
  });
});

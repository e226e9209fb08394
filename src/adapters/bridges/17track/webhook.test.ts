import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { webhook } from './webhook.ts';

const KEY = 'a-17track-access-key';
const BODY = '{"event":"TRACKING_UPDATED","data":{"number":"RR123456789CN","carrier":3011}}';

function verify(body: string, sign: string | undefined, ...keys: string[]) {
  const headers = sign === undefined ? {} : { sign };
  return webhook.verify({ headers, rawBody: new TextEncoder().encode(body) }, keys, 0);
}

const signature = (text: string) => createHash('sha256').update(text).digest('hex');

it('accepts a plain SHA-256 of body, slash and key, with any live key', () => {
  const genuine = signature(`${BODY}/${KEY}`);
  expect(verify(BODY, genuine, KEY)).toEqual({ ok: true, trust: 'signed' });
  expect(verify(BODY, genuine, 'older', KEY)).toEqual({ ok: true, trust: 'signed' });
  expect(webhook.sign(BODY, KEY, 0).headers['sign']).toBe(genuine);
});

it.each([
  ['another key', signature(`${BODY}/another-key`)],
  ['no slash', signature(`${BODY}${KEY}`)],
  ['the key first', signature(`${KEY}/${BODY}`)],
  ['the body alone', signature(BODY)],
])('refuses a hash of %s', (_, sign) => {
  expect(verify(BODY, sign, KEY)).toEqual({ ok: false, reason: 'signature_mismatch' });
});

it.each([
  ['is absent', undefined, 'signature_missing'],
  ['is empty', '', 'signature_missing'],
  ['is in upper case', signature(`${BODY}/${KEY}`).toUpperCase(), 'signature_malformed'],
  ['is Base64', Buffer.from(BODY).toString('base64'), 'signature_malformed'],
] as const)('refuses a push whose signature %s', (_, sign, reason) => {
  expect(verify(BODY, sign, KEY)).toEqual({ ok: false, reason });
});

it('refuses everything without a key, also a hash with an empty one', () => {
  const sign = signature(`${BODY}/`);
  expect(verify(BODY, sign)).toEqual({ ok: false, reason: 'no_secret_configured' });
  expect(verify(BODY, sign, '')).toEqual({ ok: false, reason: 'no_secret_configured' });
  expect(verify(BODY, sign, '', KEY)).toEqual({ ok: false, reason: 'signature_mismatch' });
});

it('refuses a body that was altered anywhere, and part of the key moved into it', () => {
  const genuine = signature(`${BODY}/${KEY}`);
  expect(verify(`${BODY}/a`, signature(`${BODY}/a/${KEY}`), KEY).ok).toBe(true);
  expect(verify(`${BODY}/${KEY}`, genuine, KEY).ok).toBe(false);
  fc.assert(
    fc.property(fc.nat(BODY.length - 1), fc.string({ maxLength: 3 }), (at, text) => {
      const altered = BODY.slice(0, at) + text + BODY.slice(at + 1);
      fc.pre(altered !== BODY);
      expect(verify(altered, genuine, KEY).ok).toBe(false);
    }),
    { seed: 17, numRuns: runs(500) },
  );
});

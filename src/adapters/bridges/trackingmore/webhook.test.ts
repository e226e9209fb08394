import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { webhook } from './webhook.ts';

/** The example of the document: clooney/fedex-tracking-api, webhook.md. */
const SECRET = '2e55b9a3-4dd1-4416-9897-c4bd1e3d738f';
const TIMESTAMP = '1662371528';
const SIGNATURE = 'a37084ab68ae16b77db1f8463f31be9fcc965e2515e03efecf8139bb1e511b06';
const NOW_MS = Number(TIMESTAMP) * 1_000;

function verify(
  headers: Record<string, string>,
  { secrets = [SECRET], nowMs = NOW_MS, body = '{}', header = 'signature' } = {},
) {
  const rawBody = new TextEncoder().encode(body);
  return webhook.verify({ headers, rawBody }, secrets, nowMs, { header });
}

const GENUINE = { signature: SIGNATURE, timestamp: TIMESTAMP };

it('accepts the example of the document, as a secret and not as a signature', () => {
  expect(verify(GENUINE)).toEqual({ ok: true, trust: 'secret' });
  expect(verify(GENUINE, { secrets: ['older', SECRET] }).ok).toBe(true);
  expect(webhook.sign('{}', SECRET, NOW_MS).headers).toMatchObject(GENUINE);
});

it('gives the same verdict whatever the body is, because the signature does not cover it', () => {
  expect(verify(GENUINE, { body: 'another' })).toEqual({ ok: true, trust: 'secret' });
});

it.each([
  ['an older time', '1662371527'],
  ['a later time', '1662371529'],
])('refuses the signature with %s', (_, timestamp) => {
  expect(verify({ ...GENUINE, timestamp })).toMatchObject({ reason: 'signature_mismatch' });
});

it('refuses a push that is older than five minutes, or from the future', () => {
  for (const awayMs of [301_000, -301_000]) {
    expect(verify(GENUINE, { nowMs: NOW_MS + awayMs })).toMatchObject({
      reason: 'timestamp_stale',
    });
  }
  expect(verify(GENUINE, { nowMs: NOW_MS + 299_000 }).ok).toBe(true);
});

it.each([
  ['without a signature', { timestamp: TIMESTAMP }, 'signature_missing'],
  [
    'with Base64',
    { ...GENUINE, signature: 'o3CEq2iuFrd9sfhGPzG+n8yWXiUV4D7+z4E5u' },
    'signature_malformed',
  ],
  ['with upper case', { ...GENUINE, signature: SIGNATURE.toUpperCase() }, 'signature_malformed'],
  ['without a time', { signature: SIGNATURE }, 'timestamp_missing'],
  ['with a time in words', { ...GENUINE, timestamp: 'yesterday' }, 'timestamp_missing'],
  [
    'with an empty time, signed',
    { signature: createHmac('sha256', SECRET).update('').digest('hex'), timestamp: '' },
    'timestamp_missing',
  ],
])('refuses a push %s', (_, headers, reason) => {
  expect(verify(headers)).toEqual({ ok: false, reason });
});

it('refuses another secret, and everything without one', () => {
  expect(verify(GENUINE, { secrets: ['another'] })).toMatchObject({ reason: 'signature_mismatch' });
  expect(verify(GENUINE, { secrets: [''] })).toMatchObject({ reason: 'no_secret_configured' });
});

it('reads only the header to which an operator renamed it', () => {
  expect(verify(GENUINE, { header: 'x-signature' })).toMatchObject({ reason: 'signature_missing' });
  const renamed = { 'x-signature': SIGNATURE, timestamp: TIMESTAMP };
  expect(verify(renamed, { header: 'x-signature' }).ok).toBe(true);
});

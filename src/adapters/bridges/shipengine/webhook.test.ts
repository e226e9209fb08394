import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEADER, webhook } from './webhook.ts';

const NOW_MS = Date.UTC(2026, 10, 28, 12);
const KEY_ID = 'x-shipengine-rsa-sha256-key-id';
const TIMESTAMP = 'x-shipengine-timestamp';

function newKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const keys = newKeys();
const others = newKeys();
const { headers, body } = webhook.sign('{"resource_type":"API_TRACK"}', keys.privateKey, NOW_MS);
const rawBody = Buffer.from(body);
const verify = (
  changed: Readonly<Record<string, string | undefined>> = {},
  bytes: Uint8Array = rawBody,
  live: readonly string[] = [keys.publicKey],
  nowMs = NOW_MS,
) => webhook.verify({ headers: { ...headers, ...changed }, rawBody: bytes }, live, nowMs);

describe('a webhook of ShipEngine', () => {
  it('is accepted with the key that signed it, alone or among others', () => {
    expect(verify()).toEqual({ ok: true, trust: 'signed' });
    const live = ['no key', others.publicKey, keys.publicKey];
    expect(verify({}, rawBody, live)).toEqual({ ok: true, trust: 'signed' });
  });

  it('is refused with other keys, and without any', () => {
    const reason = 'signature_mismatch';
    expect(verify({}, rawBody, [others.publicKey])).toEqual({ ok: false, reason });
    expect(verify({}, rawBody, ['no key'])).toEqual({ ok: false, reason });
    expect(verify({}, rawBody, [])).toEqual({ ok: false, reason: 'no_secret_configured' });
  });

  it('is refused if any byte of the body differs, is missing or is added', () => {
    fc.assert(
      fc.property(fc.nat(rawBody.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Uint8Array.from(rawBody);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        return !verify({}, bytes).ok && !verify({}, rawBody.subarray(0, at)).ok;
      }),
    );
    expect(verify({}, Buffer.concat([rawBody, Buffer.from(' ')])).ok).toBe(false);
  });

  it('is refused with another time, and before and after five minutes', () => {
    const reason = 'signature_mismatch';
    const later = new Date(NOW_MS + 1_000).toISOString();
    expect(verify({ [TIMESTAMP]: later })).toEqual({ ok: false, reason });
    for (const byMs of [-299_000, 299_000]) {
      expect(verify({}, rawBody, [keys.publicKey], NOW_MS + byMs).ok).toBe(true);
    }
    for (const byMs of [-301_000, 301_000]) {
      const verdict = verify({}, rawBody, [keys.publicKey], NOW_MS + byMs);
      expect(verdict).toEqual({ ok: false, reason: 'timestamp_stale' });
    }
  });

  it.each(['', 'soon', '2026-11-28', '2026-11-28T12:00:00', '1780056000', undefined])(
    'is refused with %s as its time',
    (timestamp) => {
      expect(verify({ [TIMESTAMP]: timestamp })).toEqual({
        ok: false,
        reason: 'timestamp_missing',
      });
    },
  );

  it('is refused if a part of its time is moved into the body', () => {
    const [seconds = '', rest = ''] = (headers[TIMESTAMP] ?? '').split('.');
    const bytes = Buffer.from(`${rest}.${body}`);
    for (const timestamp of [seconds, `${seconds}Z`]) {
      expect(verify({ [TIMESTAMP]: timestamp }, bytes).ok).toBe(false);
    }
  });

  it.each([
    [undefined, 'signature_missing'],
    ['', 'signature_missing'],
    ['abc', 'signature_malformed'],
    [`${headers[HEADER]} `, 'signature_malformed'],
    [(headers[HEADER] ?? '').replace(/=+$/, ''), 'signature_mismatch'],
  ])('is refused with the signature %s', (signature, reason) => {
    expect(verify({ [HEADER]: signature })).toEqual({ ok: false, reason });
  });

  it('names the key that signed it, or none', () => {
    expect(webhook.keyId?.({ [KEY_ID]: 'key-1' })).toBe('key-1');
    expect(webhook.keyId?.({ [KEY_ID]: '' })).toBeNull();
    expect(webhook.keyId?.({})).toBeNull();
  });
});

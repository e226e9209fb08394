import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { matchesAnyRsaSha256Base64, rsaSha256Base64 } from './rsa.ts';

interface Pair {
  readonly publicKey: string;
  readonly privateKey: string;
}

const [first, second, curve] = [
  generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
].map(({ publicKey, privateKey }) => ({
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
})) as [Pair, Pair, Pair];
const message = Buffer.from('2026-11-28T12:00:00Z.{"a":1}');
const signature = rsaSha256Base64(message, first.privateKey);

describe('an RSA-SHA256 signature', () => {
  it('is accepted by its own key, alone or among others', () => {
    expect(matchesAnyRsaSha256Base64(signature, message, [first.publicKey])).toBe(true);
    const keys = ['no key', second.publicKey, curve.publicKey, first.publicKey];
    expect(matchesAnyRsaSha256Base64(signature, message, keys)).toBe(true);
  });

  it('is refused by other keys, for other messages, and in another spelling', () => {
    expect(matchesAnyRsaSha256Base64(signature, message, [])).toBe(false);
    expect(matchesAnyRsaSha256Base64(signature, message, [second.publicKey, 'no key'])).toBe(false);
    const other = Buffer.from(`${message.toString()} `);
    expect(matchesAnyRsaSha256Base64(signature, other, [first.publicKey])).toBe(false);
    for (const text of ['', `${signature} `, signature.replace(/=+$/, ''), `${signature}\n`]) {
      expect(matchesAnyRsaSha256Base64(text, message, [first.publicKey])).toBe(false);
    }
  });

  it('by a key of another kind is refused', () => {
    const byCurve = rsaSha256Base64(message, curve.privateKey);
    expect(matchesAnyRsaSha256Base64(byCurve, message, [curve.publicKey])).toBe(false);
  });
});

import { createECDH } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { vapidPairOf, vapidSubject } from './push-request.ts';

describe('the keys for push services', () => {
  it('are a pair on P-256, the same for the same secret and others for another', () => {
    const pairs = Array.from({ length: 300 }, (_, index) =>
      vapidPairOf(Buffer.from(`secret ${index}`)),
    );
    expect(new Set(pairs.map(({ privateKey }) => privateKey)).size).toBe(300);
    expect(vapidPairOf(Buffer.from('secret 0'))).toEqual(pairs[0]);
    for (const { publicKey, privateKey } of pairs) {
      const bytes = Buffer.from(privateKey, 'base64url');
      expect(bytes).toHaveLength(32);
      const curve = createECDH('prime256v1');
      curve.setPrivateKey(bytes);
      expect(curve.getPublicKey('base64url')).toBe(publicKey);
    }
  });

  it.each([
    ['https://hub.example.com', 'https://hub.example.com'],
    ['http://hub.example.com:8080', 'mailto:postmaster@hub.example.com'],
    ['https://localhost', 'mailto:postmaster@localhost'],
    ['http://[::1]:3000', 'mailto:postmaster@1'],
  ])('name whom a push service may write to: %s → %s', (url, subject) => {
    expect(vapidSubject(url)).toBe(subject);
  });
});

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacVerifier } from './hmac-webhook.ts';

const SECRET = 'a-test-secret';
const BODY = Buffer.from('{"id":"évt_1","result":{"weight":136.0,"status":"in_transit"}}', 'utf8');

const SCHEMES = {
  hex: hmacVerifier({
    header: 'x-signature',
    encoding: 'hex',
    prefix: 'hmac-sha256-hex=',
    keyOf: (secret) => secret.normalize('NFKD'),
  }),
  base64: hmacVerifier({ header: 'x-signature', encoding: 'base64' }),
};

describe.each(['hex', 'base64'] as const)('a signature in %s', (encoding) => {
  const scheme = SCHEMES[encoding];
  const prefix = encoding === 'hex' ? 'hmac-sha256-hex=' : '';
  const signatureOf = (body: Uint8Array, secret = SECRET) =>
    prefix + createHmac('sha256', secret.normalize('NFKD')).update(body).digest(encoding);
  const verdict = (signature: string | undefined, rawBody: Uint8Array, secrets = [SECRET]) => {
    const found = scheme.verify({ headers: { 'x-signature': signature }, rawBody }, secrets, 0);
    return found.ok ? found.trust : found.reason;
  };

  it('is accepted with any of several live secrets, and with no other', () => {
    const signature = signatureOf(BODY);
    expect(verdict(signature, BODY, ['older', SECRET])).toBe('signed');
    expect(verdict(signature, BODY, ['older', ''])).toBe('signature_mismatch');
    expect(verdict(signature, BODY, [SECRET.toUpperCase()])).toBe('signature_mismatch');
  });

  it('is refused for a body with any byte altered, or with one more or one less', () => {
    const signature = signatureOf(BODY);
    for (let at = 0; at < BODY.length; at += 1) {
      const altered = Buffer.from(BODY);
      altered.writeUInt8((altered[at] ?? 0) ^ 1, at);
      expect(verdict(signature, altered)).toBe('signature_mismatch');
    }
    expect(verdict(signature, BODY.subarray(1))).toBe('signature_mismatch');
    expect(verdict(signature, Buffer.concat([BODY, Buffer.from('\n')]))).toBe('signature_mismatch');
  });

  it('is refused with a character altered, cut, in the other form, or absent', () => {
    const signature = signatureOf(BODY);
    for (let at = 0; at < signature.length; at += 1) {
      const other = signature[at] === 'A' ? 'B' : 'A';
      const altered = signature.slice(0, at) + other + signature.slice(at + 1);
      expect(verdict(altered, BODY)).toMatch(/^signature_(mismatch|malformed)$/);
    }
    const bytes = createHmac('sha256', SECRET).update(BODY).digest();
    expect(verdict(bytes.toString(encoding === 'hex' ? 'base64' : 'hex'), BODY)).toBe(
      'signature_malformed',
    );
    expect(verdict(signature.slice(0, -1), BODY)).toBe('signature_malformed');
    expect(verdict(`${signature}, ${signature}`, BODY)).toBe('signature_malformed');
    expect(verdict(undefined, BODY)).toBe('signature_missing');
    expect(verdict('', BODY)).toBe('signature_missing');
  });

  it('counts for nothing while no secret is set', () => {
    expect(verdict(signatureOf(BODY, ''), BODY, [''])).toBe('no_secret_configured');
    expect(verdict(signatureOf(BODY), BODY, [])).toBe('no_secret_configured');
  });

  it('is the one that `sign` makes, for every body and secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (body, secret) => {
        const { headers } = scheme.sign(body, secret, 0);
        const bytes = Buffer.from(body, 'utf8');
        expect(verdict(headers['x-signature'], bytes, [secret])).toBe('signed');
        expect(verdict(headers['x-signature'], bytes, [`${secret}!`])).toBe('signature_mismatch');
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { hmacSha256Base64 } from '../../../kernel/wire/hmac.ts';
import { assertSignature, type SignedRequest, signedText } from './signature.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const KEY = 'wb_test_signing';
const PLAIN: SignedRequest = {
  method: 'POST',
  target: '/tracking/2026-07/trackings?b=2&a=1',
  headers: {
    'as-api-key': KEY,
    'content-type': 'application/json',
    date: new Date(NOW_MS).toUTCString(),
  },
  body: Buffer.from('{"a":1}'),
};

function signed(request: SignedRequest, key = KEY): SignedRequest {
  const signature = hmacSha256Base64(signedText(request), key);
  return {
    ...request,
    headers: { ...request.headers, 'as-signature-hmac-sha256': signature },
  };
}

describe('a signature', () => {
  it('covers method, body, type, date, own headers and the sorted query', () => {
    expect(signedText(PLAIN).split('\n')).toEqual([
      'POST',
      'BB6CB5C68DF4652941CAF652A366F2D8',
      'application/json',
      'Tue, 10 Mar 2026 12:00:00 GMT',
      `as-api-key:${KEY}`,
      '/tracking/2026-07/trackings?a=1&b=2',
    ]);
    const empty = { ...PLAIN, target: '/x', body: Buffer.alloc(0) };
    expect(signedText(empty).split('\n').slice(1, 3)).toEqual(['', '']);
  });

  it('fits what was signed, and nothing else', () => {
    const request = signed(PLAIN);
    const check = (changed: Partial<SignedRequest>) => () =>
      assertSignature({ ...request, ...changed }, NOW_MS);
    expect(check({})).not.toThrow();
    expect(check({ body: Buffer.from('{"a":2}') })).toThrow('signatureWrong');
    expect(check({ target: '/tracking/2026-07/trackings?a=2&b=2' })).toThrow('signatureWrong');
    expect(check({ method: 'PUT' })).toThrow('signatureWrong');
    const headers = { ...request.headers, 'as-other': 'x' };
    expect(check({ headers })).toThrow('signatureWrong');
    expect(() => assertSignature(signed(PLAIN, 'other'), NOW_MS)).toThrow('signatureWrong');
  });

  it('is needed by nobody, and has a date near the hub’s clock', () => {
    expect(() => assertSignature(PLAIN, NOW_MS + 1e9)).not.toThrow();
    const request = signed(PLAIN);
    const minutes = (count: number) => NOW_MS + count * 60_000;
    expect(() => assertSignature(request, minutes(15))).not.toThrow();
    expect(() => assertSignature(request, minutes(16))).toThrow('dateTooFar');
    expect(() => assertSignature(request, minutes(-16))).toThrow('dateTooFar');
    const { date: _, ...headers } = request.headers;
    expect(() => assertSignature({ ...request, headers }, NOW_MS)).toThrow('dateTooFar');
  });
});

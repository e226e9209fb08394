import { describe, expect, it } from 'vitest';
import {
  constantTimeEquals,
  hmacSha256Base64,
  hmacSha256Hex,
  matchesAnyHmacSha256Base64,
  matchesAnyHmacSha256Hex,
  matchesAnySecret,
} from './hmac.ts';

/** RFC 4231, test case 2. */
const SECRET = 'Jefe';
const MESSAGE = 'what do ya want for nothing?';
const HEX = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
const BASE64 = Buffer.from(HEX, 'hex').toString('base64');

describe('texts compared in constant time', () => {
  it('are equal only when every character is', () => {
    expect(constantTimeEquals('abc', 'abc')).toBe(true);
    expect(constantTimeEquals('abc', 'abd')).toBe(false);
    expect(constantTimeEquals('abc', 'ABC')).toBe(false);
  });

  it('of different lengths are different, also when one is empty', () => {
    expect(constantTimeEquals('abc', 'abcd')).toBe(false);
    expect(constantTimeEquals('abc', '')).toBe(false);
    expect(constantTimeEquals('', '')).toBe(true);
  });

  it('are compared byte by byte, without Unicode normalization', () => {
    expect(constantTimeEquals('\u00e9', 'e\u0301')).toBe(false);
    // Both have the same number of characters, and of UTF-8 bytes the second has more.
    expect(constantTimeEquals('ab', 'a\u00e9')).toBe(false);
  });
});

describe('a static secret', () => {
  it('matches any live secret and no other text', () => {
    expect(matchesAnySecret('one', ['two', 'one'])).toBe(true);
    expect(matchesAnySecret('three', ['two', 'one'])).toBe(false);
  });

  it('never matches an empty secret', () => {
    expect(matchesAnySecret('', [''])).toBe(false);
    expect(matchesAnySecret('', [])).toBe(false);
  });

  it('matches none beyond the eighth', () => {
    const secrets = Array.from({ length: 9 }, (_, index) => `secret-${index}`);
    expect(matchesAnySecret('secret-7', secrets)).toBe(true);
    expect(matchesAnySecret('secret-8', secrets)).toBe(false);
  });
});

describe.each([
  ['Base64', hmacSha256Base64, matchesAnyHmacSha256Base64, BASE64, HEX],
  ['hex', hmacSha256Hex, matchesAnyHmacSha256Hex, HEX, BASE64],
] as const)('an HMAC-SHA256 in %s', (_, sign, matches, signature, otherEncoding) => {
  it('is the one of RFC 4231', () => {
    expect(sign(MESSAGE, SECRET)).toBe(signature);
    expect(sign(Buffer.from(MESSAGE), SECRET)).toBe(signature);
  });

  it('matches under any live secret, and under no other', () => {
    expect(matches(signature, MESSAGE, ['other', SECRET])).toBe(true);
    expect(matches(signature, MESSAGE, ['other', 'jefe'])).toBe(false);
    expect(matches(signature, MESSAGE, [])).toBe(false);
  });

  it('does not match another message', () => {
    expect(matches(signature, `${MESSAGE} `, [SECRET])).toBe(false);
    expect(matches(signature, '', [SECRET])).toBe(false);
  });

  it('is refused in any other spelling of the same bytes', () => {
    const spellings = [
      otherEncoding,
      signature.toUpperCase(),
      `${signature} `,
      signature.replace(/=$/, ''),
      Buffer.from(HEX, 'hex').toString('base64url'),
    ].filter((text) => text !== signature);
    for (const text of spellings) {
      expect([text, matches(text, MESSAGE, [SECRET])]).toEqual([text, false]);
    }
  });

  it('made with the empty secret matches nothing', () => {
    expect(matches(sign(MESSAGE, ''), MESSAGE, ['', SECRET])).toBe(false);
  });
});

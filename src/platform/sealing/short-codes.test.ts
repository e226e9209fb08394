import { describe, expect, it } from 'vitest';
import { systemRandom } from '../clock.ts';
import { createKeyring, KEY_BYTES } from './sealing.ts';
import { isShortCode, shortCode } from './short-codes.ts';

const [OLD, NEW] = [Buffer.alloc(KEY_BYTES, 7), Buffer.alloc(KEY_BYTES, 8)];
const keyring = createKeyring([OLD], systemRandom);

describe('a short code', () => {
  it('is six digits, the same each time, and another for another subject', () => {
    const codes = Array.from({ length: 500 }, (_, index) => shortCode(keyring, `subject-${index}`));
    expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true);
    expect(new Set(codes).size).toBeGreaterThan(490);
    expect(shortCode(keyring, 'subject-0')).toBe(codes[0]);
  });

  it('is known by the key that made it after another has come', () => {
    const code = shortCode(keyring, 'a');
    const rotated = createKeyring([NEW, OLD], systemRandom);
    expect(shortCode(rotated, 'a')).not.toBe(code);
    expect(isShortCode(rotated, 'a', code)).toBe(true);
  });

  it.each(['', '0', '12345', '1234567', '¼¼¼', ' '.repeat(6), '\0'.repeat(6), 'x'.repeat(9_999)])(
    'is not "%s"',
    (given) => {
      expect(isShortCode(keyring, 'a', given)).toBe(false);
    },
  );

  it('is not itself with more behind it', () => {
    const code = shortCode(keyring, 'a');
    expect(isShortCode(keyring, 'a', code)).toBe(true);
    expect(isShortCode(keyring, 'b', code)).toBe(false);
    for (const more of ['0', '00', ' ', '\n']) {
      expect(isShortCode(keyring, 'a', `${code}${more}`)).toBe(false);
    }
  });
});

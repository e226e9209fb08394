import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareNumber } from './bare-number.ts';

describe('bareNumber', () => {
  it('keeps characters that show that a text is not a number', () => {
    for (const text of ['12/03/2026', '+15035550100', 'A,B', 'NO:1', 'A=B', '1|2', '50%', '']) {
      expect(bareNumber(text)).toBe(text);
    }
  });

  it.each([
    [' 1z 999 aa1-01.2345 6784\r\n'],
    ['1Z\u00a0999\u2009AA1\u202f01\u30002345\u200b6784'],
    ['\ufeff1Z999AA1\u00ad0123\u200d4567\u206084\u200e'],
    ['\u202a1Z999AA10123456784\u202c'],
    ['１ｚ９９９ＡＡ１０１２３４５６７８４'],
    ['1Z‐999‑AA1–012—345−6784'],
    ['#1Z999AA10123456784'],
    ['„1Z999AA10123456784“'],
    ['«1Z999AA10123456784»'],
    ['`1Z999AA10123456784´'],
    ['*1Z999AA10123456784*'],
    ['(1Z) 999 [AA1] <0123456784>'],
    ['1Z\u0000999AA10123\u001d456784'],
  ])('removes from %j the characters that do not belong to the number', (text) => {
    expect(bareNumber(text)).toBe('1Z999AA10123456784');
  });

  it('is total, idempotent and never longer than capitals make it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = bareNumber(text);
        expect(bareNumber(once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(3 * text.length);
      }),
      { seed: 12 },
    );
  });
});

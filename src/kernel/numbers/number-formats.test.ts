import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../test-text.ts';
import { bareNumber, gs1CheckDigit } from './check-digit.ts';
import {
  lastDigit,
  type NumberFormat,
  postalItem,
  postalItemFormat,
  readByFormats,
  recogniserOf,
} from './number-formats.ts';

const FORMATS: readonly NumberFormat[] = [
  {
    format: 'summed',
    form: 'an EAN',
    shape: /^\d{13}$/,
    check: lastDigit(gs1CheckDigit),
    certainty: 0.8,
    certaintyFails: 0.1,
    but: 'So are books.',
  },
  { format: 'bare', form: 'a word', shape: /^[A-Z]{3}$/, certainty: 0.4 },
];

describe('readByFormats', () => {
  it('knows nothing of other forms', () => {
    expect(readByFormats(FORMATS, '')).toBeNull();
    expect(readByFormats(FORMATS, '400638133393')).toBeNull();
  });

  it('says which check digit there is and which there should be', () => {
    expect(readByFormats(FORMATS, '4006381333932')).toEqual({
      format: 'summed',
      certainty: 0.1,
      checkDigit: 'invalid',
      why: 'It has the form of an EAN, but its check digit is 2 and should be 1. So are books.',
    });
    expect(readByFormats(FORMATS, '4006381333931')).toEqual({
      format: 'summed',
      certainty: 0.8,
      checkDigit: 'valid',
      why: 'It has the form of an EAN, and its check digit 1 is right. So are books.',
    });
  });

  it('says that there is none to check', () => {
    expect(readByFormats(FORMATS, 'ABC')).toMatchObject({
      checkDigit: 'none',
      why: 'It has the form of a word, which has no check digit known to us.',
    });
  });
});

it('lastDigit checks nothing but digits', () => {
  expect(lastDigit(gs1CheckDigit)('12A')).toBeNull();
  expect(lastDigit(gs1CheckDigit)('1')).toBeNull();
});

it('recogniserOf returns the candidate of the first form that fits, or none', () => {
  const { normalize, recognise } = recogniserOf(FORMATS);
  expect(recognise(normalize(' 4006381-333931 '))).toEqual([
    expect.objectContaining({ format: 'summed', checkDigit: 'valid' }),
  ]);
  expect(recognise('12')).toEqual([]);
});

describe('postalItemFormat', () => {
  const { recognise } = recogniserOf([postalItemFormat('NO')]);

  it('recognises items of one country', () => {
    expect(recognise('RB123456785NO')).toEqual([
      {
        format: 's10',
        certainty: 0.95,
        checkDigit: 'valid',
        why: 'It has the form of an international item of the post of NO (UPU S10), and its check digit 5 is right.',
      },
    ]);
    expect(recognise('RB123456785SE')).toEqual([]);
  });

  it('finds the check digits right that postalItem finds right', () => {
    const serials = fc.stringMatching(/^[A-Z]{2}\d{9}$/);
    fc.assert(
      fc.property(serials, (serial) => {
        const number = `${serial}NO`;
        const digit = postalItem(number)?.digit;
        const isRight = digit?.found === String(digit?.wanted);
        expect(recognise(number)[0]?.checkDigit).toBe(isRight ? 'valid' : 'invalid');
      }),
      { seed: 12 },
    );
  });
});

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
    ['№ 𝟏𝐙𝟗𝟗𝟗𝐀𝐀①٠۱२๓456784'],
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
      fc.property(anyText(), (text) => {
        const once = bareNumber(text);
        expect(bareNumber(once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(3 * text.length);
      }),
      { seed: 12 },
    );
  });
});

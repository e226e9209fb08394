import { describe, expect, it } from 'vitest';
import {
  digitsOf,
  endsInCheckDigit,
  gs1CheckDigit,
  mod7CheckDigit,
  mod10CheckDigit,
  mod11Mod10CheckDigit,
  s10CheckDigit,
} from './check-digit.ts';
import { postalItem } from './number-formats.ts';

describe('digitsOf', () => {
  it('rejects anything but plain ASCII digits', () => {
    for (const text of ['', ' 12', '1-2', '12a', '１２', '1.5', '+12']) {
      expect(digitsOf(text)).toBeNull();
    }
  });

  it('keeps leading zeros', () => {
    expect(digitsOf('0071')).toEqual([0, 0, 7, 1]);
  });
});

describe('endsInCheckDigit', () => {
  it('is false for texts that are too short or not digits', () => {
    expect(endsInCheckDigit('', gs1CheckDigit)).toBe(false);
    expect(endsInCheckDigit('0', gs1CheckDigit)).toBe(false);
    expect(endsInCheckDigit('400638133393X', gs1CheckDigit)).toBe(false);
  });

  it('accepts exactly one last digit', () => {
    const accepted = Array.from('0123456789').filter((digit) =>
      endsInCheckDigit(`400638133393${digit}`, gs1CheckDigit),
    );
    expect(accepted).toEqual(['1']);
  });
});

describe('rules', () => {
  it('gs1CheckDigit agrees with the published EAN-13, GTIN-14 and SSCC-18 examples', () => {
    for (const number of ['4006381333931', '10614141000415', '106141412345678908']) {
      expect(endsInCheckDigit(number, gs1CheckDigit)).toBe(true);
    }
  });

  it('mod10CheckDigit applies its weights from the right, whatever the length', () => {
    expect(mod10CheckDigit([5], [2, 1])).toBe(0);
    expect(mod10CheckDigit([9, 5], [2, 1])).toBe(1);
    expect(mod10CheckDigit([0, 0, 9, 5], [2, 1])).toBe(1);
  });

  it('mod11Mod10CheckDigit writes ten as zero', () => {
    expect(mod11Mod10CheckDigit([1, 0], [1, 10])).toBe(0);
    expect(mod11Mod10CheckDigit([9], [1])).toBe(9);
  });

  it('s10CheckDigit agrees with the UPU example and its two special cases', () => {
    expect(s10CheckDigit([4, 7, 3, 1, 2, 4, 8, 2])).toBe(9);
    expect(s10CheckDigit([0, 0, 0, 0, 0, 0, 0, 0])).toBe(5);
    const ten = Array.from({ length: 100 }, (_, i) => [
      0,
      0,
      0,
      0,
      0,
      0,
      Math.floor(i / 10),
      i % 10,
    ]);
    const sumOf = (v: readonly number[]) => (v[6] ?? 0) * 9 + (v[7] ?? 0) * 7;
    for (const values of ten.filter((v) => sumOf(v) % 11 === 1)) {
      expect(s10CheckDigit(values)).toBe(0);
    }
  });

  it('mod7CheckDigit is exact for numbers longer than a double holds', () => {
    const text = '98765432109876543210987654321';
    expect(mod7CheckDigit(Array.from(text, Number))).toBe(Number(BigInt(text) % 7n));
  });
});

it.each(['', 'RB123456785', 'R1123456785US', 'RB12345678US', 'RB123456785ZZ', 'RB123456785UK'])(
  'takes %s for no postal item',
  (number) => expect(postalItem(number)).toBeNull(),
);

it('knows the posts of all countries and says which check digit is wanted', () => {
  for (const country of ['US', 'DE', 'GB', 'CN', 'CV', 'CF', 'HK', 'XK', 'AN', 'TF', 'UN']) {
    const item = { country, digit: { found: '5', wanted: 5 } };
    expect(postalItem(`RB123456785${country}`)).toEqual(item);
  }
  expect(postalItem('RB123456786US')?.digit).toEqual({ found: '6', wanted: 5 });
});

import { describe, expect, it } from 'vitest';
import { PASTED_CHARS_MAX } from '../../kernel/numbers/check-digit.ts';
import { pastedNumbers } from './input.ts';

/** The texts that may be the number, group by group. */
const readings = (input: string) =>
  [...pastedNumbers(input)].map((group) => group.map(({ text }) => text));

describe('candidates for the number in a pasted text', () => {
  it('is the text as it is', () => {
    expect([...pastedNumbers('1Z 999')]).toEqual([[{ text: '1Z 999', bare: '1Z999', page: null }]]);
  });

  it('is then the rest without the words around it, each reading once', () => {
    expect(readings('Parcel: 794644790132 (FedEx)')).toEqual([
      ['Parcel: 794644790132 (FedEx)'],
      ['794644790132'],
    ]);
    expect(readings('Tracking number: RR 123456785 DE thanks')).toEqual([
      ['Tracking number: RR 123456785 DE thanks'],
      ['RR 123456785 DE'],
      ['123456785'],
    ]);
    expect(readings('794644790132')).toEqual([['794644790132']]);
  });

  it('has a digit and at most 64 characters without blanks', () => {
    expect(readings('where is my parcel')).toEqual([]);
    expect(readings(`1${'2'.repeat(63)}`)).toEqual([[`1${'2'.repeat(63)}`]]);
    expect(readings(`1${'2'.repeat(64)}`)).toEqual([]);
  });

  it('keeps a date’s slashes and loses those of an address that was cut', () => {
    expect(readings('//track/ 12/2026 /')).toContainEqual(['12/2026']);
  });

  it('is nothing in a text that is longer than anybody pastes', () => {
    const most = `number 1 ${' '.repeat(PASTED_CHARS_MAX - 9)}`;
    expect(most).toHaveLength(PASTED_CHARS_MAX);
    expect(readings(most)).not.toEqual([]);
    expect(readings(`${most} `)).toEqual([]);
  });
});

describe('an address', () => {
  it('is searched first in its parameters and parts, then in the surrounding text', () => {
    const groups = [...pastedNumbers('parcel 42 https://www.acme.test/de/track/A1?nr=B2#C3')];
    expect(groups[0]).toEqual([
      { text: 'B2', bare: 'B2', page: { host: 'www.acme.test', before: null } },
      { text: 'A1', bare: 'A1', page: { host: 'www.acme.test', before: 'de/track' } },
      { text: 'C3', bare: 'C3', page: { host: 'www.acme.test', before: 'track/A1' } },
    ]);
    expect(groups.slice(1).map((group) => group.map(({ bare }) => bare))).toEqual([
      ['PARCEL42'],
      ['42'],
    ]);
  });

  it('may come without https://', () => {
    expect(readings('acme.test/track/A1')[0]).toEqual(['A1']);
    expect(readings('A1/B2')).toEqual([['A1/B2']]);
  });
});

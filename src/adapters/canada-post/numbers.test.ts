import { describe, expect, it } from 'vitest';
import { numbers, PIN } from './numbers.ts';

const read = (text: string) => {
  const [found] = numbers.recognise(numbers.normalize(text));
  return found === undefined ? null : [found.format, found.checkDigit];
};

describe('Canada Post numbers', () => {
  it('of the documents and of other programs fit their check digit', () => {
    const published = ['1371134583769923', '7023210039414604', '0073938000549297'];
    expect(published.map(read)).toEqual(published.map(() => ['pin_16', 'valid']));
  });

  it('are read however they are written', () => {
    expect(numbers.normalize(' 7023 2100-3941 4604\n')).toBe('7023210039414604');
    expect(read('cx 990 700 017 ca')).toEqual(['s10', 'valid']);
  });

  it('with a typing error are reported as such, and bare digits are never certain', () => {
    expect(read('0073938000549292')).toEqual(['pin_16', 'invalid']);
    expect(read('CX990700018CA')).toEqual(['s10', 'invalid']);
    expect(numbers.recognise('7023210039414604')[0]?.certainty).toBeLessThanOrEqual(0.5);
  });

  it('of other posts are not claimed, though they can be requested', () => {
    expect(read('LX000000015CN')).toBeNull();
    expect(PIN.test('LX000000015CN')).toBe(true);
    expect(
      ['', '../../rs', '1234567890123', 'ABC', '9'.repeat(300)].filter((odd) => PIN.test(odd)),
    ).toEqual([]);
  });
});

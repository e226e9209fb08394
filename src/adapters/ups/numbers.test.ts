import { describe, expect, it } from 'vitest';
import { numbers } from './numbers.ts';

describe('UPS numbers', () => {
  it('recognises nothing in other shapes', () => {
    for (const number of [
      '',
      '1Z',
      '1Z999AA1012345678',
      '1Z999AA101234567845',
      '2Z999AA10123456784',
    ]) {
      expect(numbers.recognise(number)).toEqual([]);
    }
  });

  it('lowers the certainty of a 1Z number whose check digit fails, and keeps it', () => {
    expect(numbers.recognise('1Z999AA10123456785')).toEqual([
      { format: '1z', certainty: 0.6, checkDigit: 'invalid' },
    ]);
  });

  it('accepts numbers of the documentation, letters and all', () => {
    for (const number of ['1Z999AA10123456784', '1Z5R89390357567127', '1ZCIETST0111111114']) {
      expect(numbers.recognise(number)[0]).toMatchObject({ format: '1z', checkDigit: 'valid' });
    }
    expect(numbers.normalize(' 1z 999 aa1-01 2345 6784 ')).toBe('1Z999AA10123456784');
  });

  it('hints at Roadie numbers, which have no sum', () => {
    expect(numbers.recognise('1R1234567890ABCD')[0]?.checkDigit).toBe('none');
  });
});

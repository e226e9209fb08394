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
      {
        format: '1z',
        certainty: 0.6,
        checkDigit: 'invalid',
        why: 'It has the form of a 1Z number, but its check digit is 5 and should be 4.',
      },
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

  it('leaves post numbers mostly to the post, and its own mailer’s half', () => {
    const certainty = (number: string) => numbers.recognise(number)[0]?.certainty ?? 0;
    expect(certainty('92748999964209543470000096')).toBe(0.5);
    expect(certainty('92748931507708513018050063')).toBe(0.2);
    expect(certainty('9200190132607600833457')).toBe(0.05);
    for (const number of ['9400100000000000000006', '9611020122816215025810']) {
      expect(numbers.recognise(number)).toEqual([]);
    }
  });

  it.each([
    ['K1506235620', 'waybill'],
    ['W1234567890', 'letter_10'],
    ['1R1234567890ABCD1234567890AB', 'roadie'],
    ['MI123456ABCDEF0001', 'mail_innovations_id'],
    ['801677000000000096', 'mail_innovations_18'],
    ['9101677000000000096', 'mail_innovations'],
    ['AB123456789012345', 'freight_17'],
    ['990728071', 'freight_9'],
    ['1234567890', 'freight_9'],
    ['123456789012', 'freight_12'],
  ])('%s is %s', (number, format) => {
    expect(numbers.recognise(number)[0]).toMatchObject({ format });
  });
});

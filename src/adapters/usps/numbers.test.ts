import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gs1CheckDigit } from '../../kernel/numbers/check-digit.ts';
import { numbers } from './numbers.ts';

const { normalize, recognise } = numbers;

/** Adds the check digit to IMpb digits. */
const withCheck = (digits: string) => digits + gs1CheckDigit(Array.from(digits, Number));

describe('USPS numbers', () => {
  it('rejects notice numbers, customs numbers, ZIP codes and text', () => {
    for (const number of [
      '5293811234',
      '1234567890123',
      '97205',
      '97205-1234',
      '',
      'HELLO',
      'null',
    ]) {
      expect(recognise(normalize(number)), number).toEqual([]);
    }
  });

  it('is sure of a valid IMpb and doubts one whose check digit is off by any amount', () => {
    const valid = '9400100000000000000006';
    expect(recognise(valid)).toMatchObject([
      { format: 'impb_22', certainty: 0.97, checkDigit: 'valid' },
    ]);
    for (const digit of '012345789') {
      expect(recognise(valid.slice(0, -1) + digit)[0]).toMatchObject({
        certainty: 0.2,
        checkDigit: 'invalid',
      });
    }
  });

  it('leaves room for carriers whose parcels USPS only delivers', () => {
    const certainty = (digits: string) => recognise(withCheck(digits))[0]?.certainty;
    expect(certainty('961234567890123456789')).toBeLessThan(0.5);
    expect(certainty('930011091240000000000')).toBe(0.3);
    expect(certainty('926129270000000000000')).toBe(0.3);
    expect(certainty('926129000000000000000')).toBe(0.6);
    expect(certainty('920019013260760083345')).toBe(0.85);
  });

  it('reads 20 digits by themselves or behind 91, and hardly when they begin an SSCC', () => {
    const bare = withCheck('0307179000052348374');
    expect(recognise(bare)[0]).toMatchObject({ format: 'legacy_20', checkDigit: 'valid' });
    const behind91 = withCheck('910307179000052348374').slice(2);
    expect(recognise(behind91)[0]).toMatchObject({ checkDigit: 'valid' });
    expect(recognise(withCheck('0034043429213510012'))[0]?.certainty).toBeLessThanOrEqual(0.1);
  });

  it('is sure of its own S10, faintly claims any valid one, and no invalid foreign one', () => {
    expect(recognise('RB123456785US')[0]).toMatchObject({
      format: 's10',
      certainty: 0.97,
      checkDigit: 'valid',
    });
    expect(recognise('RB123456785GB')[0]).toMatchObject({ certainty: 0.2, checkDigit: 'valid' });
    expect(recognise('RB123456785DE')[0]).toMatchObject({ certainty: 0.08, checkDigit: 'valid' });
    expect(recognise('RB123456784US')[0]).toMatchObject({ checkDigit: 'invalid' });
    expect(recognise('RB123456784DE')).toEqual([]);
    expect(recognise('RB123456785ZZ')).toEqual([]);
  });

  it('says of a routed number that fits nowhere that its check digit is wrong', () => {
    expect(recognise('4201002334249200190132607600833458')[0]).toMatchObject({
      format: 'impb_routed',
      checkDigit: 'invalid',
    });
  });
});

describe('USPS spelling', () => {
  it('drops blanks, dashes and control characters', () => {
    expect(normalize(' 9400 1000-0000 0000\u00a00000\u001d06 ')).toBe('9400100000000000000006');
    expect(normalize('rb 123 456 785 us')).toBe('RB123456785US');
  });

  it('strips 420 and ZIP of 30 and 38 digits', () => {
    const short = '9400100000000000000006';
    const long = withCheck('9261290000000000000000000');
    expect(normalize(`42097205${short}`)).toBe(short);
    expect(normalize(`420972051234${long}`)).toBe(long);
  });

  it('settles 34 digits by the check digit and leaves them when none fits', () => {
    const short = '9400100000000000000006';
    const long = withCheck('9261290000000000000000000');
    expect(normalize(`420972051234${short}`)).toBe(short);
    expect(normalize(`42097205${long}`)).toBe(long);
    const neither = `420972051234${short.slice(0, -1)}1`;
    expect(normalize(neither)).toBe(neither);
  });

  it('is total and idempotent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^420[0-9]{31}$/)), (input) => {
        const once = normalize(input);
        expect(normalize(once)).toBe(once);
        recognise(once);
      }),
      { seed: 5 },
    );
  });
});

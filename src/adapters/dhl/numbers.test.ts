import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gs1CheckDigit } from '../../kernel/numbers/check-digit.ts';
import { numbers } from './numbers.ts';

const { normalize, recognise } = numbers;
const withCheck = (digits: string) => digits + gs1CheckDigit(Array.from(digits, Number));

describe('DHL numbers', () => {
  it('of other lengths, other prefixes and other words are not recognised', () => {
    for (const number of ['', '12345', '1Z999AA10123456784', '9400100000000000000006', 'HELLO']) {
      expect(recognise(number), number).toEqual([]);
    }
  });

  it('of Express check mod 7, which catches most neighbours', () => {
    expect(recognise('9356579890')).toMatchObject([
      { format: 'express_10', certainty: 0.7, checkDigit: 'valid' },
    ]);
    for (const digit of '123456789') {
      expect(recognise(`935657989${digit}`)[0]).toMatchObject({ checkDigit: 'invalid' });
    }
  });

  it('of Parcel DE check GS1 and outrank any other SSCC', () => {
    expect(recognise('00340434292135100124')[0]).toMatchObject({
      format: 'parcel_de_sscc',
      certainty: 0.97,
      checkDigit: 'valid',
    });
    expect(recognise('00340434292135100125')[0]).toMatchObject({ checkDigit: 'invalid' });
    expect(recognise(withCheck('0012345678901234567'))[0]?.certainty).toBe(0.3);
  });

  it('of identcodes check 4 and 9 from the left', () => {
    // 5·4+6·9+3·4+1·9+0·4+2·9+4·4+3·9+0·4+3·9+1·4 = 187, so the digit is 3.
    expect(recognise('563102430313')[0]).toMatchObject({
      format: 'parcel_de_identcode',
      checkDigit: 'valid',
    });
    expect(recognise('563102430314')[0]).toMatchObject({ checkDigit: 'invalid' });
  });

  it.each([
    ['JD014600006281230704', 'express_piece'],
    ['JJD014600006281230704', 'parcel_de_licence_plate'],
    ['JVGL05000000000000001234', 'parcel_nl'],
    ['3SABCD1234567', 'parcel_nl'],
    ['GM60511234567890', 'ecommerce_gm'],
    ['LX12345678901', 'ecommerce'],
    ['12345678901234', 'ecommerce_14'],
    ['ABC1234567', 'dgf_housebill'],
    ['1234567', 'freight'],
    ['JJD0099999999', 'express_piece'],
    ['JVGL0999999990', 'parcel_nl'],
    ['GM2951173225174494', 'ecommerce_gm'],
    ['GMABC1234567890', 'ecommerce_gm'],
    ['01030E092806011E001E', 'post_de_letter'],
    ['20000000012', 'dgf_air_waybill'],
    ['123456789', 'dgf'],
  ])('%s is %s', (number, format) => {
    expect(recognise(number)[0]).toMatchObject({ format, checkDigit: 'none' });
  });

  it('of Express sometimes have eleven digits, recognised by their check digit', () => {
    expect(recognise('73891051146')).toMatchObject([{ format: 'express_11', checkDigit: 'valid' }]);
    expect(recognise('73891051149')).toMatchObject([{ format: 'dgf_air_waybill' }]);
  });

  it('of pieces are doubted where they have the length of Yodel’s', () => {
    expect(recognise('JJD0002257639032011')[0]?.certainty).toBeLessThan(0.5);
    expect(recognise('JD0002242617644732')[0]?.certainty).toBeLessThan(0.5);
  });

  it('of eCommerce by United States post have their mailer id and its check digit', () => {
    const number = withCheck('930011091240000000000');
    expect(recognise(number)[0]).toMatchObject({ format: 'ecommerce_impb', checkDigit: 'valid' });
    expect(normalize(`42078701${number}`)).toBe(number);
  });

  it('of S10 shape belong to post: German ones here, others not', () => {
    expect(recognise('RR123456785DE')[0]).toMatchObject({
      format: 'post_de_s10',
      checkDigit: 'valid',
    });
    expect(recognise('RR123456784DE')[0]).toMatchObject({ checkDigit: 'invalid' });
    expect(recognise('LX123456785CN')).toEqual([]);
  });

  it('spell an SSCC with its application identifier, in any dress', () => {
    expect(normalize('340434292135100124')).toBe('00340434292135100124');
    expect(normalize('(00) 340434-29213510012 4')).toBe('00340434292135100124');
    expect(normalize('jjd 0146 0000 6281 230704')).toBe('JJD014600006281230704');
  });

  it('normalize totally and idempotently', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^340434[0-9]{12}$/)), (input) => {
        const once = normalize(input);
        expect(normalize(once)).toBe(once);
        recognise(once);
      }),
      { seed: 8 },
    );
  });
});

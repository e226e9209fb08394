import { describe, expect, it } from 'vitest';
import { numbers } from './numbers.ts';

function best(number: string) {
  const [candidate] = [...numbers.recognise(number)].sort((a, b) => b.certainty - a.certainty);
  return candidate && `${candidate.format} ${candidate.checkDigit}`;
}

describe('FedEx numbers', () => {
  it('leaves numbers of other shapes alone', () => {
    for (const number of ['', '1Z999AA10123456784', 'ABC', '12345', '4'.repeat(33)]) {
      expect(best(numbers.normalize(number)) ?? 'none').not.toContain(' valid');
    }
  });

  it('unwraps a barcode only when its check digit agrees', () => {
    expect(numbers.normalize('96 1102 0122 8162 1502 5810')).toBe('122816215025810');
    expect(numbers.normalize('9611020122816215025811')).toBe('9611020122816215025811');
    expect(numbers.normalize('1001921334250001000300779017972697')).toBe('779017972697');
    // A postal number with its routing prefix has 34 digits as well.
    const postal = '4209701234500779017972697779017972';
    expect(numbers.normalize(postal)).toBe(postal);
  });

  it('recognises the mock numbers FedEx publishes', () => {
    expect(best('122816215025810')).toBe('ground_15 valid');
    expect(best('070358180009382')).toBe('ground_15 valid');
    expect(best('797806677146')).toBe('express_12 valid');
    expect(best('920241085725457')).toBe('ground_15 invalid');
    expect(best('61292701078443410536')).toBe('ground_economy_20 valid');
    expect(best('02394653018047202719')).toBe('ground_economy_20 valid');
    expect(best('DT123456789012')).toBe('door_tag none');
  });

  it('is surer of a whole barcode than of the number inside it', () => {
    const certainty = (text: string) => {
      const number = numbers.normalize(text);
      const [inside] = numbers.recognise(number);
      const [whole] = numbers.recognise(number, text);
      return [inside?.format, inside?.certainty, whole?.format, whole?.certainty];
    };
    expect(certainty('9611020987654312345672')).toEqual(['ground_15', 0.85, 'ground_96', 0.95]);
    expect(certainty('9622001900000000000000776632517510')).toEqual([
      'express_12',
      0.8,
      'express_34',
      0.95,
    ]);
    expect(certainty('1001921380360001000300639585804382').slice(2)).toEqual(['express_34', 0.95]);
    expect(certainty('779017972697')).toEqual(['express_12', 0.8, 'express_12', 0.8]);
  });

  it.each([
    ['61299998820821171811', 'ground_economy_20', 0.92],
    ['9261292700768711948021', 'ground_economy_22', 0.7],
    ['9200190132607600833457', 'ground_economy_22', 0.05],
    ['000123450000000027', 'sscc_18', 0.25],
    ['1234567890', 'freight_pro', 0.1],
    [`3${'0'.repeat(31)}`, 'express_12', 0.8],
  ])('%s is %s, to %d', (number, format, certainty) => {
    const [candidate] = numbers.recognise(
      numbers.normalize(number),
      number.length === 20 ? number : undefined,
    );
    expect(candidate).toMatchObject({ format, certainty });
  });
});

import type { NumberRecogniser } from '../../../src/adapters/contract/contract.ts';

/** Prefixes of numbers whose last digit is a check digit, and the number of digits in between. */
const SHAPES: Readonly<Record<string, readonly [prefix: string, digits: number]>> = {
  fedex: ['99997', 6],
  usps: ['94001', 16],
  ups: ['1Z12345E02', 7],
  dhl: ['87654', 4],
};

/** Numbers in the carrier's format, each with the check digit that its adapter requires. */
export function madeNumbers(
  carrier: string,
  numbers: NumberRecogniser,
  count: number,
  from = 0,
): readonly string[] {
  const [prefix, digits] = SHAPES[carrier] ?? ['', 12];
  return Array.from({ length: count }, (_, index) => {
    const stem = `${prefix}${String(from + index).padStart(digits, '0')}`;
    const made = Array.from({ length: 10 }, (__, digit) => `${stem}${digit}`).find((number) =>
      numbers.recognise(number).some(({ checkDigit }) => checkDigit === 'valid'),
    );
    if (made === undefined) throw new Error(`${carrier} has no number ${stem}…`);
    return made;
  });
}

import { numberFormat } from './time/formatters.ts';
/**
 * Writes an amount in minor units, such as `49.00 USD` for 4900; currencies have no, two or three
 * decimals.
 */
export function amountText(minor: number, currency: string): string {
  const digits = decimalsOf(currency);
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

/** Reads an amount that a person typed, such as `49` or `49,50`, in minor units; null: it is none. */
export function minorOf(text: string, currency: string): number | null {
  const found = /^(\d{1,9})(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (found === null || !/^[A-Z]{3}$/.test(currency)) return null;
  const [, whole = '', part = ''] = found;
  const digits = decimalsOf(currency);
  return part.length > digits ? null : Number(whole + part.padEnd(digits, '0'));
}

function decimalsOf(currency: string): number {
  const format = numberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

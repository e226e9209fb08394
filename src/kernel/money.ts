/**
 * Writes an amount in minor units, such as `49.00 USD` for 4900; currencies have no, two or three
 * decimals.
 */
export function amountText(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

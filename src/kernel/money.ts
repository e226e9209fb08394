/** `49.00 USD` of 4900; currencies have none, two or three digits behind the point. */
export function amountText(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

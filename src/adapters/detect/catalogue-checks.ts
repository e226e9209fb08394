import { digitsOf, gs1CheckDigit, mod10CheckDigit } from '../../kernel/numbers/check-digit.ts';
import type { CheckedDigit } from '../../kernel/numbers/number-formats.ts';

/** A check of the last character, as `config/carriers.yaml` names it. */
export type CheckName =
  | 'gs1'
  | 'luhn'
  | 'mod37_36'
  /** Weights from the right; `before` is prepended to the digits for the sum only. */
  | { readonly mod10: readonly number[]; readonly before?: string | undefined };

/**
 * Compares the last character of a number with the one that the others require; letters before the
 * digits do not count, except in `mod37_36`. Null for a number that the check does not apply to.
 */
export function checkLast(check: CheckName, number: string): CheckedDigit | null {
  const [body, found] = [number.slice(0, -1), number.slice(-1)];
  if (check === 'mod37_36') return { found, wanted: mod37And36(body) };
  const before = typeof check === 'object' ? (check.before ?? '') : '';
  const values = digitsOf(before + body.replace(/^[A-Z]{1,4}/, ''));
  if (values === null) return null;
  if (check === 'gs1') return { found, wanted: gs1CheckDigit(values) };
  if (check === 'luhn') return { found, wanted: luhn(values) };
  return { found, wanted: mod10CheckDigit(values, check.mod10) };
}

/** Luhn (ISO/IEC 7812): every second digit from the right is doubled and its digits are added. */
function luhn(values: readonly number[]): number {
  const sum = values.reduceRight((total, value, at) => {
    const isDoubled = (values.length - at) % 2 === 1;
    return total + (isDoubled ? value * 2 - (value > 4 ? 9 : 0) : value);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** ISO/IEC 7064 MOD 37,36, as DPD's label specification 2.4.1 uses it. */
function mod37And36(body: string): string {
  let rest = 36;
  for (const character of body) {
    const sum = (rest + CHARACTERS.indexOf(character)) % 36 || 36;
    rest = (sum * 2) % 37;
  }
  return CHARACTERS[(37 - rest) % 36] ?? '';
}

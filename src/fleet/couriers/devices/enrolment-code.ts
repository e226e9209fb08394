import { createHmac } from 'node:crypto';

/** Crockford's base 32: no I, L, O and U, which look like others or make words. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARS = 10;
const HALF = CODE_CHARS / 2;

/** Ten letters and digits, 50 bits, from as many random bytes. */
export function enrolmentCode(random: Uint8Array): string {
  return Array.from(random.subarray(0, CODE_CHARS), (byte) => ALPHABET[byte % 32]).join('');
}
export const ENROLMENT_RANDOM_BYTES = CODE_CHARS;

/** As it is read out and typed: `7K3MQ-XN42D`. */
export function shownCode(code: string): string {
  return `${code.slice(0, HALF)}-${code.slice(HALF)}`;
}

/** Normalizes typed input to a code; null: it cannot be one. */
export function typedCode(text: string): string | null {
  const code = text
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return code.length === CODE_CHARS && [...code].every((char) => ALPHABET.includes(char))
    ? code
    : null;
}

/** The stored hash of a code. It is keyed: a reader of the table could otherwise try all codes. */
export function codeHash(key: Uint8Array, code: string): Buffer {
  return createHmac('sha256', key).update(`enrolment ${code}`).digest();
}

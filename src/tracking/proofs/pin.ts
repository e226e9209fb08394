import { createHash, timingSafeEqual } from 'node:crypto';
import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { RandomBytes } from '../../platform/clock.ts';
import type { Personal } from '../personal.ts';

/** Length of a PIN, which a person reads from a screen and says at the door. */
const DIGITS = 4;
/**
 * Limit of wrong PINs: with ten thousand PINs, five guesses succeed for one in two thousand
 * parcels.
 */
export const PIN_FAILURES_MAX = 5;

/** Returns a new random PIN; all are equally likely. */
export function mintPin(randomBytes: RandomBytes): string {
  const most = 10 ** DIGITS;
  for (;;) {
    const drawn = Buffer.from(randomBytes(2)).readUInt16BE();
    // Values above the last whole multiple would make small numbers more likely.
    if (drawn < Math.floor(65_536 / most) * most) {
      return String(drawn % most).padStart(DIGITS, '0');
    }
  }
}

/** Returns the personal data, with a new PIN if one is required and there is none. */
export function withPin(
  personal: Personal,
  requireProof: readonly ProofKind[],
  randomBytes: RandomBytes,
): Personal {
  if (!requireProof.includes('pin') || personal.pin !== undefined) return personal;
  return { ...personal, pin: mintPin(randomBytes) };
}

/** Returns a PIN without separators, for comparison, because people write it with spaces. */
export function pinDigits(said: string): string {
  return said.replace(/[\s.-]/g, '');
}

export type PinOutcome = 'matched' | 'wrong' | 'locked' | 'not_required';

/**
 * Checks a PIN given at the door. After too many wrong ones it is not even compared, so that
 * further guesses reveal nothing.
 *
 * @param wanted the PINs of the parcels for which it counts; empty if none has one.
 */
export function checkPin(given: string, wanted: readonly string[], failures: number): PinOutcome {
  if (wanted.length === 0) return 'not_required';
  if (failures >= PIN_FAILURES_MAX) return 'locked';
  const digits = pinDigits(given);
  return wanted.some((each) => isSame(digits, each)) ? 'matched' : 'wrong';
}

/** Compares two texts in constant time. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((each) => createHash('sha256').update(each).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { RandomBytes } from '../../platform/clock.ts';
import type { Personal } from '../personal.ts';

/** Digits that a person reads off one screen and says at the door. */
const DIGITS = 4;
/** With ten thousand PINs, five guesses succeed once in two thousand parcels. */
export const PIN_FAILURES_MAX = 5;

/** A new PIN, each equally likely. */
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

/** The personal data, with a new PIN if one is required and there is none. */
export function withPin(
  personal: Personal,
  requireProof: readonly ProofKind[],
  randomBytes: RandomBytes,
): Personal {
  if (!requireProof.includes('pin') || personal.pin !== undefined) return personal;
  return { ...personal, pin: mintPin(randomBytes) };
}

/** The comparable form: people say and write it with spaces. */
export function pinDigits(said: string): string {
  return said.replace(/[\s.-]/g, '');
}

export type PinOutcome = 'matched' | 'wrong' | 'locked' | 'not_required';

/**
 * Checks a PIN given at the door. A locked one is not even compared, so that a guess after the last
 * one reveals nothing.
 *
 * @param wanted PINs of the parcels that it may open; empty: none has one.
 */
export function checkPin(given: string, wanted: readonly string[], failures: number): PinOutcome {
  if (wanted.length === 0) return 'not_required';
  if (failures >= PIN_FAILURES_MAX) return 'locked';
  const digits = pinDigits(given);
  return wanted.some((each) => isSame(digits, each)) ? 'matched' : 'wrong';
}

/** In constant time. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((each) => createHash('sha256').update(each).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

import { isStatus, isTerminal } from '../../../kernel/status.ts';

const CORRECTED = 'corrected:';

/** The subject of a correction: the status that was wrong. */
export function correctionOf(wrong: unknown): string {
  return `${CORRECTED}${String(wrong)}`;
}

/**
 * The subject that retracts a subject; for a correction, the one that it retracts. In such a pair
 * the later counts: an address notified of the one must be notified of the other again, even if a
 * window is open. Null: nothing retracts it. Pure.
 */
export function oppositeOf(subject: string): string | null {
  if (subject.startsWith(CORRECTED)) return subject.slice(CORRECTED.length);
  return isStatus(subject) && isTerminal(subject) ? correctionOf(subject) : null;
}

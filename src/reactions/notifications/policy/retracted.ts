import { isStatus, isTerminal } from '../../../kernel/status.ts';

const CORRECTED = 'corrected:';

/** What a correction is about: the status that was wrong. */
export function correctionOf(wrong: unknown): string {
  return `${CORRECTED}${String(wrong)}`;
}

/**
 * What retracts a subject; of a correction, what it retracts. Of such a pair the later counts:
 * whoever was notified of the one is to be notified of the other anew, whatever window is open. Null:
 * nothing retracts it. Pure.
 */
export function oppositeOf(subject: string): string | null {
  if (subject.startsWith(CORRECTED)) return subject.slice(CORRECTED.length);
  return isStatus(subject) && isTerminal(subject) ? correctionOf(subject) : null;
}

import { isStatus, isTerminal } from '../../../kernel/status.ts';

const CORRECTED = 'corrected:';

/** What a correction is about: the status that was wrong. */
export function correctionOf(wrong: unknown): string {
  return `${CORRECTED}${String(wrong)}`;
}

/**
 * What takes back what is told of a subject; of a correction, what it takes back. Of such a pair the
 * later counts: whoever was told the one is to be told the other anew, whatever window is open. Null:
 * nothing takes it back. Pure.
 */
export function oppositeOf(subject: string): string | null {
  if (subject.startsWith(CORRECTED)) return subject.slice(CORRECTED.length);
  return isStatus(subject) && isTerminal(subject) ? correctionOf(subject) : null;
}

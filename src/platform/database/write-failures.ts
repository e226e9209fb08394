import type { Clock } from '../clock.ts';
import { blameOf } from './blame.ts';

/**
 * How long a failed write is reported: if the disk is still full, another write fails within this
 * time.
 */
export const WRITE_FAILURE_MS = 60_000;

/** Whether the database has recently refused to write, and why. */
export interface WriteFailures {
  /** Called for every error of the server; those that say that it cannot write are remembered. */
  onServerError(error: unknown): void;
  /** Called for a write that was rejected, unless its content is to blame. */
  onRefused(error: unknown): void;
  /**
   * Returns the failure of the last minute, or null if there was none, so that it ends by itself.
   */
  recent(): string | null;
}

export function createWriteFailures(clock: Clock): WriteFailures {
  let last: { readonly atMs: number; readonly why: string } | null = null;
  const note = (why: string): void => {
    last = { atMs: clock.nowMs(), why };
  };
  return {
    onServerError(error) {
      const why = whyUnwritable(error);
      if (why !== null) note(why);
    },
    onRefused(error) {
      const blame = blameOf(error);
      if (blame !== 'unavailable' && blame !== 'machine') return;
      note(whyUnwritable(error) ?? 'the database was not available');
    },
    recent() {
      if (last === null) return null;
      // Negative if the clock was set back meanwhile.
      const ageMs = clock.nowMs() - last.atMs;
      return ageMs >= 0 && ageMs <= WRITE_FAILURE_MS ? last.why : null;
    },
  };
}

/** Reasons by SQLSTATE, from PostgreSQL's manual, appendix A. */
const UNWRITABLE: ReadonlyMap<string, string> = new Map([
  ['53100', 'the disk of the database is full'],
  ['25006', 'the database is read-only'],
  ['58030', 'the database cannot read or write its files'],
  ['XX001', 'files of the database are damaged'],
  ['XX002', 'an index of the database is damaged'],
]);

function whyUnwritable(error: unknown): string | null {
  const code = error instanceof Error ? Reflect.get(error, 'code') : null;
  return typeof code === 'string' ? (UNWRITABLE.get(code) ?? null) : null;
}

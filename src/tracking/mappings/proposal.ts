import type { Activation, ActiveRow } from './active-mappings.sql.ts';

/**
 * What a process remembers of its own files, to distinguish an edit from files that are merely old.
 */
export interface Standing {
  /** The version of the files when it last decided about them; null if it has just started. */
  readonly considered: string | null;
  /** The generation active at that time. */
  readonly settledGeneration: number;
  /** The generation of the overlays at which the overlay did not fit the files. */
  readonly heldAt: number | null;
}

export const JUST_STARTED: Standing = { considered: null, settledGeneration: 0, heldAt: null };

/**
 * How recent an activation must be to belong to the same edit: all processes notice an edit within
 * a second.
 */
const NOTICED_MS_MAX = 15_000;

export interface ProposalQuestion {
  readonly filesVersion: string;
  readonly active: ActiveRow | null;
  readonly standing: Standing;
  /** When any process last activated these files. */
  readonly lastActivation: Activation | null;
  readonly nowMs: number;
}

/**
 * Whether a process activates its files. Files that were never active are new. Files that were
 * active count as new only when they changed while the process ran (somebody edited them back) and
 * no other process has acted on that same edit: otherwise a process that starts with old files, or
 * is late, would undo others' changes, or a rollback.
 */
export function isToPropose(question: ProposalQuestion): boolean {
  const { filesVersion, active, standing, lastActivation, nowMs } = question;
  if (active === null) return true;
  if (active.filesVersion === filesVersion) return false;
  if (standing.considered === filesVersion) {
    return standing.heldAt !== null && standing.heldAt !== active.overlaysGeneration;
  }
  if (lastActivation === null) return true;
  if (standing.considered === null) return false;
  const { generation, atMs } = lastActivation;
  return generation <= standing.settledGeneration || nowMs - atMs > NOTICED_MS_MAX;
}

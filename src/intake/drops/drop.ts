import type { Tenant } from '../../kernel/tenant.ts';

/**
 * States of a drop. `waiting`: it is not read yet. `reading`: its rows are being stored. `filing`:
 * all rows are on disk, or none can be read, and the file is about to be moved. `done`: it is in
 * `done/`. `quarantined`: it, or its end, could not be read; it is in `quarantine/`. `vanished`: it
 * was removed or replaced before it was read to the end; the rows read so far count.
 */
export const DROP_STATES = [
  'waiting',
  'reading',
  'filing',
  'done',
  'quarantined',
  'vanished',
] as const;
export type DropState = (typeof DROP_STATES)[number];

/** The results of a file's rows so far. */
export interface DropCounts {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/** How the rows of a file are written; rejected rows are written in the same way. */
export interface DropDialect {
  readonly separator: ',' | ';' | '\t';
  readonly header: readonly string[];
}

/** A dropped file, as its merchant and the operators see it. */
export interface Drop extends DropCounts {
  readonly id: string;
  readonly tenant: Tenant;
  /** The store in which it was dropped. */
  readonly place: string;
  readonly name: string;
  readonly state: DropState;
  readonly sizeBytes: number;
  /** Approximately how much of it has been read. */
  readonly readBytes: number;
  /**
   * The earlier file with the same bytes, whose rows took effect; null if this is not a repeated
   * file.
   */
  readonly sameAs: string | null;
  /** The facility whose file it is, by its name and columns.yaml. */
  readonly facilityCode: string | null;
  readonly ignoredColumns: readonly string[];
  /** Why it cannot continue, or why it could not be read. */
  readonly problem: string | null;
  /** Where it was put, below the merchant's folder, such as `done/name.csv`. */
  readonly filedAs: string | null;
  readonly observedAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

/** A leased drop. */
export interface HeldDrop extends DropCounts {
  readonly id: string;
  readonly leaseToken: string;
  readonly tenant: Tenant;
  readonly place: string;
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly state: 'waiting' | 'reading' | 'filing';
  readonly sameAs: string | null;
  readonly dialect: DropDialect | null;
  readonly problem: string | null;
  readonly unreadable: boolean;
  readonly filedName: string | null;
}

/** The folders next to the files. */
const DONE_FOLDER = 'done';
const QUARANTINE_FOLDER = 'quarantine';

/** The suffix of the file with the rejected rows, next to the original. */
export const REJECTED_SUFFIX = '.rejected.csv';
export const REASON_SUFFIX = '.reason.txt';

/** Returns the folder to which a file is moved: `quarantine` if it cannot be read, else `done`. */
export function folderOf({ unreadable }: { readonly unreadable: boolean }): string {
  return unreadable ? QUARANTINE_FOLDER : DONE_FOLDER;
}

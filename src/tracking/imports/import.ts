import type { NewShipment } from '../commands/register.ts';

/** A row of an imported file, unparsed. */
export interface ImportRow {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface ImportCounts {
  readonly created: number;
  /** Rows whose number was registered before, or in an earlier row. */
  readonly existing: number;
  readonly rejected: number;
}

/** What is wrong with a row, and how to correct it. */
export interface ImportError {
  readonly line: number;
  readonly reason: string;
}

/** The shipment created from a row. */
export interface ImportedRow {
  readonly line: number;
  readonly shipmentId: string;
  /** False if it was registered before, or by an earlier row. */
  readonly created: boolean;
}

/** The progress of an imported file of shipments. */
export interface ShipmentImport {
  readonly id: string;
  readonly dryRun: boolean;
  /** Column names as in the file that match no attribute of a shipment. */
  readonly ignoredColumns: readonly string[];
  /** The number of rows without the header. */
  readonly rows: number;
  readonly counts: ImportCounts;
  readonly requestedAtMs: number;
  /** When it ended; null while some rows are still to be processed. */
  readonly finishedAtMs: number | null;
  /** The first errors of the file. */
  readonly errors: readonly ImportError[];
  /** The first rows that were accepted, but. */
  readonly warnings: readonly ImportError[];
  /** The first shipments of the file; none for a dry run, and without shipments deleted since. */
  readonly imported: readonly (ImportedRow & {
    readonly carrier: string;
    readonly trackingNumber: string;
  })[];
}

/** A file that waits until somebody says what its columns contain. */
export interface ImportDraft {
  readonly id: string;
  readonly rows: number;
  /** For each column the attribute it contains; empty for an ignored column. */
  readonly columns: readonly string[];
  readonly header: ImportRow;
  /** The first rows. */
  readonly sample: readonly ImportRow[];
}

/**
 * Returns a row's shipments, one for each number in it, with what is to be checked, or what is wrong
 * with the row. Pure.
 */
export type ReadImportRow = (
  columns: readonly string[],
  fields: readonly string[],
) =>
  | { readonly shipments: readonly NewShipment[]; readonly warning?: string }
  | { readonly reason: string };

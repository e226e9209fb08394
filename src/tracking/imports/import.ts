import type { NewShipment } from '../commands/register.ts';

/** A row of a file, as it stands there. */
export interface ImportRow {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface ImportCounts {
  readonly created: number;
  /** Registered before, or in an earlier row. */
  readonly existing: number;
  readonly rejected: number;
}

/** What is wrong with a row, and how to mend it. */
export interface ImportError {
  readonly line: number;
  readonly reason: string;
}

/** The shipment that a row of a file became. */
export interface ImportedRow {
  readonly line: number;
  readonly shipmentId: string;
  /** False: it was registered before, or by an earlier row. */
  readonly created: boolean;
}

/** What became of a file of shipments so far. */
export interface ShipmentImport {
  readonly id: string;
  readonly dryRun: boolean;
  /** As the file calls them: nothing of a shipment has such a name. */
  readonly ignoredColumns: readonly string[];
  /** Without the header. */
  readonly rows: number;
  readonly counts: ImportCounts;
  readonly requestedAtMs: number;
  /** Null: rows are left. */
  readonly finishedAtMs: number | null;
  /** The first of the file. */
  readonly errors: readonly ImportError[];
  /** The first of the file; none of a dry run, nor of a shipment that was deleted since. */
  readonly imported: readonly (ImportedRow & {
    readonly carrier: string;
    readonly trackingNumber: string;
  })[];
}

/** A row's shipment, or what is wrong with the row. Pure. */
export type ReadImportRow = (
  columns: readonly string[],
  fields: readonly string[],
) => { readonly shipment: NewShipment } | { readonly reason: string };

import { setImmediate as letOthers } from 'node:timers/promises';
import { decodeText, FileUnreadable, openCsv } from '../../../intake/index.ts';
import { type ErrorItem, type ErrorText, Problem } from '../../../kernel/errors.ts';
import { IMPORT_PART_ROWS, type ImportRow, importPart } from '../../../tracking/ports/imports.ts';
import { type ColumnPlan, planColumns } from './columns.ts';

/** Input and output of the thread: plain data. */
export interface FileTask {
  readonly bytes: Uint8Array;
  /** The members of the file's columns, by column name; null: to be matched by somebody. */
  readonly named: Readonly<Record<string, string>> | null;
}

export type ReadFile =
  | { readonly kind: 'read'; readonly file: ShipmentFile }
  /** A `Problem` with the code `invalid`. */
  | { readonly kind: 'refused'; readonly detail: ErrorText; readonly errors: readonly ErrorItem[] };

export interface ShipmentFile extends ColumnPlan {
  readonly rows: number;
  /** The header and the first rows, in the same form. */
  readonly sample: Uint8Array<ArrayBuffer>;
  /** The rows as they are stored, some hundred in each. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/** Rows of one file; larger imports are split into several files. */
const ROWS_MAX = 100_000;
/** Enough to recognise what a column holds. */
const SAMPLE_ROWS = 3;
const CHUNK_BYTES = 65_536;

/**
 * Reads a CSV file of shipments: its header, and its rows unchanged. Detects separator and
 * encoding. Invalid bytes become U+FFFD, so that they invalidate a row and not the file. Yields to
 * other requests after each chunk.
 */
export async function tryParse(task: FileTask): Promise<ReadFile> {
  try {
    return { kind: 'read', file: await parse(task) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kind: 'refused', detail: error.detail, errors: error.errors };
  }
}

/** Reads the whole file; throws `Problem` if it cannot be used. */
async function parse({ bytes, named }: FileTask): Promise<ShipmentFile> {
  let plan: ColumnPlan | null = null;
  let rows = 0;
  let partRows: ImportRow[] = [];
  const sample: ImportRow[] = [];
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    const text = decodeText(inChunks(bytes), null, { lenient: true });
    // A cell may be as long as the file: its row is rejected, and the rest is read.
    const csv = await openCsv(text, null, bytes.length + 1);
    for await (const batch of csv.rows) {
      for (const row of batch) {
        if (plan === null) {
          plan = planColumns(row, named);
          sample.push(row);
          continue;
        }
        rows += 1;
        if (rows > ROWS_MAX) throw tooManyRows();
        partRows.push(row);
        if (rows <= SAMPLE_ROWS) sample.push(row);
        if (partRows.length < IMPORT_PART_ROWS) continue;
        parts.push(importPart(partRows));
        partRows = [];
      }
    }
  } catch (error) {
    if (!(error instanceof FileUnreadable)) throw error;
    throw fileProblem(
      error.line,
      { 'values.verbatim': { text: error.message } },
      'imports.saveAsCsv',
    );
  }
  if (plan === null) {
    const fix = 'imports.startWithHeader';
    throw fileProblem(null, 'facilities.fileEmpty', fix);
  }
  if (partRows.length > 0) parts.push(importPart(partRows));
  return { ...plan, rows, sample: importPart(sample), parts };
}

/** Yields the bytes in chunks; between them, others may use the event loop. */
async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
    yield bytes.subarray(from, from + CHUNK_BYTES);
    await letOthers();
  }
}

function tooManyRows(): Problem {
  return fileProblem(null, { 'imports.tooManyRows': { rowsMax: ROWS_MAX } }, 'imports.splitFile');
}

function fileProblem(line: number | null, what: ErrorText, fix: ErrorText): Problem {
  const reason: ErrorText =
    line === null ? what : { 'imports.problemInLine': { line, what: { text: what } } };
  return new Problem('invalid', reason, { errors: [{ pointer: '', reason, fix }] });
}

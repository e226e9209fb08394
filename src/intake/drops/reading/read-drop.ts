import type { ReadScan } from '../../scans/take-scans.ts';
import type { FileRules } from './columns-file.ts';
import { openCsv, type Separator } from './csv-stream.ts';
import { decodeText } from './decode-text.ts';
import { type ColumnPlan, matchColumns } from './match-columns.ts';
import { rowReader } from './row-reader.ts';
import { FileUnreadable } from './unreadable.ts';

export interface DropRow {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  readonly read: ReadScan;
}

export interface OpenedDrop {
  readonly separator: Separator;
  /** The header as the file spells it. */
  readonly header: readonly string[];
  readonly plan: ColumnPlan;
  /** The rows in the order of the file, `rowsAtOnce` at a time and fewer at the end. */
  readonly batches: AsyncIterable<readonly DropRow[]>;
}

export interface ReadDropOptions {
  readonly rules: FileRules;
  readonly rowsAtOnce: number;
  /** The number of rows to skip because they are done; the header does not count. */
  readonly skip?: number;
}

/** Control characters, except the tabs and line ends that a quoted name may contain. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;

/**
 * Reads a dropped file as scans, with one batch at a time in memory whatever its size. Rejects, and
 * `batches` throws, with `FileUnreadable` at an unreadable part; the rows before it were returned.
 */
export async function openDrop(
  bytes: AsyncIterable<Uint8Array>,
  { rules, rowsAtOnce, skip = 0 }: ReadDropOptions,
): Promise<OpenedDrop> {
  const csv = await openCsv(decodeText(bytes, rules.encoding), rules.separator);
  const chunks = csv.rows[Symbol.asyncIterator]();
  const first = await chunks.next();
  const [header, ...early] = first.done ? [] : first.value;
  if (header === undefined) {
    throw new FileUnreadable(
      'The file is empty.',
      'It must begin with a line that names the columns.',
    );
  }
  if (header.fields.some((name) => CONTROL.test(name))) {
    throw new FileUnreadable(
      'A name of a column holds control characters.',
      'Save the file as CSV in UTF-8, and drop it again.',
      header.line,
    );
  }
  const plan = matchColumns(header.fields, rules);
  const readRow = rowReader(plan, rules);
  async function* batches(): AsyncGenerator<readonly DropRow[]> {
    let batch: DropRow[] = [];
    let toSkip = skip;
    let rows: typeof early = early;
    try {
      for (;;) {
        for (const { line, fields } of rows) {
          if (toSkip > 0) {
            toSkip -= 1;
            continue;
          }
          batch.push({ line, fields, read: readRow(fields) });
          if (batch.length < rowsAtOnce) continue;
          yield batch;
          batch = [];
        }
        const next = await chunks.next();
        if (next.done) break;
        rows = [...next.value];
      }
    } catch (error) {
      if (!(error instanceof FileUnreadable) || batch.length === 0) throw error;
      yield batch;
      throw error;
    } finally {
      await chunks.return?.();
    }
    if (batch.length > 0) yield batch;
  }
  return { separator: csv.separator, header: header.fields, plan, batches: batches() };
}

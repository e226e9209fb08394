import { setImmediate as letOthers } from 'node:timers/promises';
import { decodeText, FileUnreadable, openCsv } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { ImportRow } from '../../../tracking/index.ts';
import { type ColumnPlan, planColumns } from './columns.ts';

export interface ShipmentFile extends ColumnPlan {
  readonly rows: readonly ImportRow[];
}

/** Rows of one file; what is more comes in several. */
const ROWS_MAX = 100_000;
const CHUNK_BYTES = 65_536;
const SAVE_AS = 'Save it as CSV in UTF-8, with quotes around texts that hold the separator.';

/**
 * A CSV file of shipments: its header, its rows as they stand there. Separator and encoding are
 * detected; bytes that are no text stay as U+FFFD, so that they cost a row and not the file. Throws
 * `Problem` where nothing can be read. Others get their turn while it reads.
 *
 * @param named the member that a column of the file holds, by the column's name.
 */
export async function readShipmentFile(
  bytes: Uint8Array,
  named: Readonly<Record<string, string>>,
): Promise<ShipmentFile> {
  try {
    // A cell may be as long as the file: its row is refused for it, and the rest is read.
    const csv = await openCsv(
      decodeText(inChunks(bytes), null, { lenient: true }),
      null,
      bytes.length + 1,
    );
    let plan: ColumnPlan | null = null;
    const rows: ImportRow[] = [];
    for await (const some of csv.rows) {
      for (const row of some) {
        if (plan === null) plan = planColumns(row, named);
        else rows.push(row);
      }
      if (rows.length > ROWS_MAX) {
        throw refused(
          null,
          `The file has more than ${ROWS_MAX} rows.`,
          'Send it in several files.',
        );
      }
    }
    if (plan === null) {
      const fix =
        'It must begin with a line that names the columns, such as tracking_number,carrier.';
      throw refused(null, 'The file is empty.', fix);
    }
    return { ...plan, rows };
  } catch (error) {
    if (!(error instanceof FileUnreadable)) throw error;
    throw refused(error.line, error.message, SAVE_AS);
  }
}

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
    yield bytes.subarray(from, from + CHUNK_BYTES);
    await letOthers();
  }
}

function refused(line: number | null, what: string, fix: string): Problem {
  const reason = line === null ? what : `Line ${line}: ${what}`;
  return new Problem('invalid', reason, { errors: [{ pointer: '', reason, fix }] });
}

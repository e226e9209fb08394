import { CsvError, parse } from 'csv-parse';
import type { CsvRow } from '../../../kernel/wire/csv-rows.ts';
import { lineFeedsIn } from './decode-text.ts';
import { FileUnreadable } from './unreadable.ts';

const SEPARATORS = [',', ';', '\t'] as const;
export type Separator = (typeof SEPARATORS)[number];

/**
 * Characters of one row at most. Scans have some hundred; what is longer is a quote that is never
 * closed, and everything after it would be gathered in memory.
 */
const ROW_CHARS_MAX = 65_536;

/** Spreadsheets write it before the header. */
const SEP_LINE = /^sep=(.)\n/i;

export interface CsvStream {
  readonly separator: Separator;
  /** Rows in the order of the file, the header first, some hundred at a time. */
  readonly rows: AsyncIterable<readonly CsvRow[]>;
}

/**
 * CSV as it comes, as `csvRows` reads it, in memory for a few chunks. The separator is the one that the
 * header has most of, unless it is told.
 *
 * @param rowCharsMax of one row; longer ones make the rest of the file unreadable.
 * @param text with `\n` at line ends. `rows` throws `FileUnreadable` where a quote is never closed.
 */
export async function openCsv(
  text: AsyncIterable<string>,
  told: Separator | null,
  rowCharsMax: number = ROW_CHARS_MAX,
): Promise<CsvStream> {
  const chunks = text[Symbol.asyncIterator]();
  let start = '';
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    start += next.value;
    if (headerOf(start) !== null || start.length > ROW_CHARS_MAX) break;
  }
  const sep = SEP_LINE.exec(start)?.[1];
  const skipped = sep === undefined ? '' : start.slice(0, start.indexOf('\n') + 1);
  const header = headerOf(start.slice(skipped.length)) ?? start.slice(skipped.length);
  const separator = told ?? SEPARATORS.find((each) => each === sep) ?? separatorOf(header);
  const linesBefore = lineFeedsIn(skipped);
  return {
    separator,
    rows: parsed(start.slice(skipped.length), chunks, { separator, linesBefore, rowCharsMax }),
  };
}

/** The first line of a text, in which quotes may hold line ends; null: it is not there as a whole. */
function headerOf(text: string): string | null {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    else if (char === '\n' && !quoted && text.slice(0, at).trim() !== '') return text.slice(0, at);
  }
  return null;
}

/** Pure. */
function separatorOf(header: string): Separator {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  let best: Separator = ',';
  for (const each of SEPARATORS) {
    if (bare.split(each).length > bare.split(best).length) best = each;
  }
  return best;
}

async function* parsed(
  start: string,
  chunks: AsyncIterator<string>,
  {
    separator,
    linesBefore,
    rowCharsMax,
  }: {
    readonly separator: Separator;
    readonly linesBefore: number;
    readonly rowCharsMax: number;
  },
): AsyncGenerator<readonly CsvRow[]> {
  let rows: CsvRow[] = [];
  let lastLine = linesBefore;
  const parser = parse({
    delimiter: separator,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: rowCharsMax,
    on_record: (fields: string[], { lines }) => {
      lastLine = lines + linesBefore;
      if (fields.length > 1 || fields[0]?.trim() !== '') {
        rows.push({ line: lastLine - lineEndsWithin(fields), fields });
      }
      return null;
    },
  });
  // What went wrong is told to whoever wrote; an event that nobody hears would end the process.
  parser.on('error', () => undefined);
  parser.resume();
  try {
    const feed = async function* () {
      yield await handled((done) => parser.write(start, done));
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
        const { value } = next;
        yield await handled((done) => parser.write(value, done));
      }
      yield await handled((done) => {
        parser.once('error', done);
        parser.once('finish', () => done(null));
        parser.end();
      });
    };
    for await (const error of feed()) {
      const read = rows;
      rows = [];
      // What is before the fault is read; the caller has it when it hears of the fault.
      if (read.length > 0) yield read;
      if (error !== null) throw unreadable(error, lastLine + 1);
    }
  } finally {
    parser.destroy();
    await chunks.return?.();
  }
}

/** Null, or what went wrong. */
function handled(write: (done: (error?: Error | null) => void) => void): Promise<Error | null> {
  return new Promise((resolve) => {
    write((error) => resolve(error ?? null));
  });
}

function unreadable(error: Error, line: number): Error {
  if (!(error instanceof CsvError)) return error;
  return new FileUnreadable(
    error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
      ? 'A quote that begins here is never closed.'
      : `It is not CSV (${error.code}).`,
    'Close it, or double the quotes that belong to a text, and drop the file again.',
    line,
  );
}

function lineEndsWithin(fields: readonly string[]): number {
  let count = 0;
  for (const field of fields) if (field.includes('\n')) count += lineFeedsIn(field);
  return count;
}

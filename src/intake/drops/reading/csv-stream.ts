import { type CsvFault, type CsvRow, CsvScanner } from '../../../kernel/wire/csv.ts';
import { FileUnreadable } from './decode-text.ts';

const SEPARATORS = [',', ';', '\t'] as const;

export type Separator = (typeof SEPARATORS)[number];

/**
 * Limit of one row's characters. Scans have a few hundred; a longer row has an unclosed quote, and
 * everything after it would be collected in memory.
 */
const ROW_CHARS_MAX = 65_536;

/**
 * Limit of one row's fields, several times what exports have. A row with nothing but separators
 * would otherwise fill the memory.
 */
const ROW_FIELDS_MAX = 1_000;

/** The line that spreadsheets write before the header. */
const SEP_LINE = /^sep=(.)\n/i;

interface CsvStream {
  readonly separator: Separator;
  /** Rows in the order of the file, the header first, some hundred at a time. */
  readonly rows: AsyncIterable<readonly CsvRow[]>;
}

/**
 * Reads CSV as it arrives, in the dialect of `csvRows`, with only a few pieces of it in memory. The
 * separator is the most frequent one in the header, unless `separator` names it.
 *
 * @param rowCharsMax of one row; longer ones make the rest of the file unreadable.
 * @param text with `\n` at line ends. `rows` throws `FileUnreadable` where a quote is never closed.
 */
export async function openCsv(
  text: AsyncIterable<string>,
  separator: Separator | null,
  rowCharsMax: number = ROW_CHARS_MAX,
): Promise<CsvStream> {
  const pieces = text[Symbol.asyncIterator]();
  const { start, header, sep } = await readHeader(pieces);
  const used = separator ?? SEPARATORS.find((each) => each === sep) ?? separatorOf(header);
  const scanner = new CsvScanner({
    separator: used,
    rowCharsMax,
    rowFieldsMax: ROW_FIELDS_MAX,
    firstLine: sep === null ? 1 : 2,
  });
  return { separator: used, rows: scanRows(scanner, start, pieces) };
}

interface CsvStart {
  /** The text read so far, without the line `sep=`. */
  readonly start: string;
  /** The first line that is not blank; quotes may contain line ends. */
  readonly header: string;
  /** The separator named by a line `sep=`. */
  readonly sep: string | null;
}

/** Reads until the header has ended or is too long. Each character is examined once. */
async function readHeader(pieces: AsyncIterator<string>): Promise<CsvStart> {
  let start = '';
  let sep: string | null = null;
  let quoted = false;
  let isBlank = true;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    const from = start.length;
    start += next.value;
    for (let at = from; at < start.length; at += 1) {
      const char = start.charAt(at);
      if (char === '"') quoted = !quoted;
      if (char !== '\n' || quoted) isBlank &&= char.trim() === '';
      else if (!isBlank) {
        const found: string | null = sep ?? SEP_LINE.exec(start)?.[1] ?? null;
        if (found === sep) return { start, header: start.slice(0, at), sep };
        sep = found;
        start = start.slice(at + 1);
        at = -1;
        isBlank = true;
      }
    }
    if (start.length > ROW_CHARS_MAX) break;
  }
  return { start, header: start, sep };
}

/** Returns the most frequent separator of a header. Pure. */
function separatorOf(header: string): Separator {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  let best: Separator = ',';
  for (const each of SEPARATORS) {
    if (bare.split(each).length > bare.split(best).length) best = each;
  }
  return best;
}

async function* scanRows(
  scanner: CsvScanner,
  start: string,
  pieces: AsyncIterator<string>,
): AsyncGenerator<readonly CsvRow[]> {
  try {
    for (let piece: string | null = start; ; ) {
      const { rows, fault } = piece === null ? scanner.end() : scanner.push(piece);
      // The caller gets the rows before a fault first.
      if (rows.length > 0) yield rows;
      if (fault !== null) throw toFileUnreadable(fault);
      if (piece === null) return;
      const next = await pieces.next();
      piece = next.done ? null : next.value;
    }
  } finally {
    await pieces.return?.();
  }
}

function toFileUnreadable({ kind, line }: CsvFault): FileUnreadable {
  if (kind === 'open_quote') {
    return new FileUnreadable(
      'A quote that begins here is never closed.',
      'Close it, or double the quotes that belong to a text, and drop the file again.',
      line,
    );
  }
  const most = kind === 'long_row' ? `${ROW_CHARS_MAX} characters` : `${ROW_FIELDS_MAX} fields`;
  return new FileUnreadable(
    `The row that begins here has more than ${most}.`,
    'Check the line ends and the separator, and drop the file again.',
    line,
  );
}

/** A record of a CSV file, with the line on which it begins, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Why the rest of a text cannot be read. `line`: where the row begins, counted from 1. */
export interface CsvFault {
  readonly line: number;
  readonly kind: 'open_quote' | 'long_row' | 'wide_row';
}

export interface CsvScannerOptions {
  readonly separator: string;
  /** Characters of one row at most. Default: any number. */
  readonly rowCharsMax?: number;
  /** Fields of one row at most. Default: any number. */
  readonly rowFieldsMax?: number;
  /** The line on which the text begins. Default: 1. */
  readonly firstLine?: number;
}

interface CsvScanned {
  readonly rows: readonly CsvRow[];
  /** Everything after it is ignored. */
  readonly fault: CsvFault | null;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

type State = 'field_start' | 'plain' | 'quoted' | 'after_quote';

/**
 * Reads CSV piece by piece, in the dialect of `csvRows`. It examines each character once, whatever
 * the text. The package csv-parse took 27 s for 16 MiB of line feeds (this: 0.7 s), and cannot
 * limit how many fields a row has.
 */
export class CsvScanner {
  readonly #separator: number;
  readonly #rowCharsMax: number;
  readonly #rowFieldsMax: number;
  #state: State = 'field_start';
  #line: number;
  #rowLine: number;
  /** Characters of the current row in earlier pieces. */
  #rowChars = 0;
  #fields: string[] = [];
  /** The current field in earlier pieces. */
  #field = '';
  /** Whether quotes in it are doubled still. */
  #hasDoubled = false;
  #rows: CsvRow[] = [];
  #fault: CsvFault | null = null;

  constructor({ separator, rowCharsMax, rowFieldsMax, firstLine = 1 }: CsvScannerOptions) {
    this.#separator = separator.charCodeAt(0);
    this.#rowCharsMax = rowCharsMax ?? Number.POSITIVE_INFINITY;
    this.#rowFieldsMax = rowFieldsMax ?? Number.POSITIVE_INFINITY;
    this.#line = firstLine;
    this.#rowLine = firstLine;
  }

  /** @param text with `\n` at line ends. */
  push(text: string): CsvScanned {
    let fieldFrom = 0;
    let rowFrom = 0;
    for (let at = 0; at < text.length && this.#fault === null; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#state === 'quoted') {
        if (code === LINE_FEED) this.#line += 1;
        if (code === QUOTE) this.#state = 'after_quote';
      } else if (code === QUOTE && this.#state !== 'plain') {
        if (this.#state === 'after_quote') this.#hasDoubled = true;
        else fieldFrom = at + 1;
        this.#state = 'quoted';
      } else if (code === this.#separator || code === LINE_FEED) {
        this.#field += text.slice(fieldFrom, at);
        this.#endField(this.#rowChars + at - rowFrom);
        fieldFrom = at + 1;
        if (code === this.#separator) continue;
        this.#endRow();
        rowFrom = at + 1;
      } else if (this.#state !== 'plain') {
        if (this.#state === 'after_quote') {
          // Quotes around only a part of a field are text.
          this.#field = `"${this.#quotedText(text.slice(fieldFrom, at))}"`;
          fieldFrom = at;
        }
        this.#state = 'plain';
      }
    }
    this.#field += text.slice(fieldFrom);
    this.#rowChars += text.length - rowFrom;
    this.#checkLength(this.#rowChars);
    return this.#scanned();
  }

  /** The rest, when the text has ended. */
  end(): CsvScanned {
    if (this.#fault !== null) return this.#scanned();
    if (this.#state === 'quoted') {
      this.#fault = { line: this.#rowLine, kind: 'open_quote' };
      return this.#scanned();
    }
    this.#endField(this.#rowChars);
    this.#endRow();
    return this.#scanned();
  }

  #endField(rowChars: number): void {
    this.#checkLength(rowChars);
    if (this.#fields.length >= this.#rowFieldsMax) {
      this.#fault ??= { line: this.#rowLine, kind: 'wide_row' };
    }
    this.#fields.push(this.#state === 'after_quote' ? this.#quotedText('') : this.#field);
    this.#field = '';
    this.#hasDoubled = false;
    this.#state = 'field_start';
  }

  /** The text between the quotes, the second of which was the last character. */
  #quotedText(rest: string): string {
    const text = (this.#field + rest).slice(0, -1);
    return this.#hasDoubled ? text.replaceAll('""', '"') : text;
  }

  #endRow(): void {
    const fields = this.#fields;
    if (this.#fault === null && fields.some((field) => field.trim() !== '')) {
      this.#rows.push({ line: this.#rowLine, fields });
    }
    this.#fields = [];
    this.#rowChars = 0;
    this.#line += 1;
    this.#rowLine = this.#line;
  }

  #checkLength(rowChars: number): void {
    if (rowChars <= this.#rowCharsMax) return;
    const kind = this.#state === 'quoted' ? 'open_quote' : 'long_row';
    this.#fault ??= { line: this.#rowLine, kind };
  }

  #scanned(): CsvScanned {
    const rows = this.#rows;
    this.#rows = [];
    return { rows, fault: this.#fault };
  }
}

type CsvRows =
  | { readonly ok: true; readonly rows: readonly CsvRow[] }
  /** A quote is never closed: everything after it would be one field. `line`: where that row begins. */
  | { readonly ok: false; readonly line: number };

/**
 * Reads CSV as RFC 4180 has it: quotes double inside quotes, quoted fields may span lines. Beyond it,
 * a byte order mark is skipped, lines may end in `\r\n`, `\n` or `\r` (in fields they become `\n`),
 * rows of blank fields do not count, and a quote inside an unquoted field is text. Rows may have any number of
 * fields. Pure.
 *
 * @example csvRows('a;"b; c"\n', ';') // { ok: true, rows: [{ line: 1, fields: ['a', 'b; c'] }] }
 */
export function csvRows(text: string, separator: ',' | ';' | '\t' = ','): CsvRows {
  const scanner = new CsvScanner({ separator });
  const { rows } = scanner.push(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'));
  const last = scanner.end();
  return last.fault === null
    ? { ok: true, rows: [...rows, ...last.rows] }
    : { ok: false, line: last.fault.line };
}

/** The columns that a reader of files knows, by name. */
interface CsvColumns<Name extends string> {
  readonly required?: readonly Name[];
  readonly optional?: readonly Name[];
}

/** Where a header has the columns that its reader knows. */
export interface CsvHeader<Name extends string> {
  /** The column at each position; null for an unknown one. */
  readonly columns: readonly (Name | null)[];
  /** Titles of unknown columns, as the file spells them. */
  readonly unknown: readonly string[];
  /** Required columns that the file lacks. */
  readonly missing: readonly Name[];
  /** Known columns that the file has more than once. */
  readonly duplicates: readonly Name[];
  /** Returns a trimmed cell of a row; empty if the row or the file does not have it. */
  cell(fields: readonly string[], column: Name): string;
}

/**
 * Finds the known columns in a header, in any order. The caller decides which of the unknown,
 * missing and duplicate ones are errors. Pure.
 *
 * @param nameOf the column with this trimmed title, null for none. Default: by its name, without
 * regard to case, blanks and dashes.
 */
export function planCsvHeader<Name extends string>(
  titles: readonly string[],
  { required = [], optional = [] }: CsvColumns<Name>,
  nameOf: (title: string) => Name | null = byName([...required, ...optional]),
): CsvHeader<Name> {
  const columns = titles.map((title) => nameOf(title.trim()));
  const positions = new Map<Name, number>();
  const duplicates = new Set<Name>();
  for (const [at, name] of columns.entries()) {
    if (name === null) continue;
    if (positions.has(name)) duplicates.add(name);
    else positions.set(name, at);
  }
  return {
    columns,
    unknown: titles.filter((title, at) => columns[at] === null && title.trim() !== ''),
    missing: required.filter((name) => !positions.has(name)),
    duplicates: [...duplicates],
    cell: (fields, column) => fields[positions.get(column) ?? -1]?.trim() ?? '',
  };
}

function byName<Name extends string>(names: readonly Name[]): (title: string) => Name | null {
  const known = new Map<string, Name>(names.map((name) => [csvColumnName(name), name]));
  return (title) => known.get(csvColumnName(title)) ?? null;
}

/** `Tracking Number`, `tracking-number` and `tracking_number` are the same column. */
export function csvColumnName(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
}

import { CsvError, parse } from 'csv-parse/sync';

/** A record of a CSV file, with the line on which it begins, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

export type CsvRows =
  | { readonly ok: true; readonly rows: readonly CsvRow[] }
  /** A quote is never closed: everything after it would be one field. `line`: where that row begins. */
  | { readonly ok: false; readonly line: number };

/**
 * Reads CSV as RFC 4180 has it: quotes double inside quotes, quoted fields may span lines. Beyond it,
 * a byte order mark is skipped, lines may end in `\r\n`, `\n` or `\r` (in fields they become `\n`),
 * blank lines do not count, and a quote inside an unquoted field is text. Rows may have any number of
 * fields. Pure.
 *
 * @example csvRows('a;"b; c"\n', ';') // { ok: true, rows: [{ line: 1, fields: ['a', 'b; c'] }] }
 */
export function csvRows(text: string, delimiter: ',' | ';' | '\t' = ','): CsvRows {
  const rows: CsvRow[] = [];
  let lastLine = 0;
  try {
    // csv-parse counts a `\r\n` within a field as two lines.
    parse(text.replace(/\r\n?/g, '\n'), {
      bom: true,
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      relax_quotes: true,
      on_record: (fields: string[], { lines }) => {
        lastLine = lines;
        if (fields.length > 1 || fields[0]?.trim() !== '') {
          rows.push({ line: lines - lineEndsIn(fields), fields });
        }
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
    return { ok: false, line: lastLine + 1 };
  }
  return { ok: true, rows };
}

function lineEndsIn(fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + field.split('\n').length - 1, 0);
}

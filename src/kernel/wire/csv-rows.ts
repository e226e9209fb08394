import { type CsvRow, CsvScanner } from './csv-scanner.ts';

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
export function csvRows(text: string, separator: ',' | ';' | '\t' = ','): CsvRows {
  const scanner = new CsvScanner({ separator });
  const { rows } = scanner.push(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'));
  const last = scanner.end();
  return last.fault === null
    ? { ok: true, rows: [...rows, ...last.rows] }
    : { ok: false, line: last.fault.line };
}

/** A line of a CSV file, by the line in which it begins. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

export type CsvRows =
  | { readonly ok: true; readonly rows: readonly CsvRow[] }
  /** A quote that no other closes: everything behind it would be one field. */
  | { readonly ok: false; readonly line: number };

/**
 * RFC 4180: quotes double inside quotes, quoted fields may span lines. A byte order mark is read
 * past, lines may end either way, empty ones do not count. In linear time. Pure.
 */
export function csvRows(text: string, delimiter: ',' | ';' | '\t'): CsvRows {
  const rows: CsvRow[] = [];
  let fields: string[] = [];
  let field = '';
  let line = 1;
  let beganAt = 1;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const endRow = () => {
    fields.push(field);
    if (fields.length > 1 || field !== '') rows.push({ line: beganAt, fields });
    fields = [];
    field = '';
  };
  for (; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"' && field === '') {
      const end = closingQuote(text, at + 1);
      if (end === -1) return { ok: false, line };
      const quoted = text.slice(at + 1, end);
      line += quoted.split('\n').length - 1;
      field = quoted.replaceAll('""', '"');
      at = end;
    } else if (char === delimiter) {
      fields.push(field);
      field = '';
    } else if (char === '\n') {
      if (field.endsWith('\r')) field = field.slice(0, -1);
      endRow();
      line += 1;
      beganAt = line;
    } else {
      field += char;
    }
  }
  if (field.endsWith('\r')) field = field.slice(0, -1);
  endRow();
  return { ok: true, rows };
}

/** Where the quote stands that is not doubled; -1 when there is none. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text.charAt(at + 1) !== '"') return at;
  }
  return -1;
}

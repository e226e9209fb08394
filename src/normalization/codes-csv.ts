import { csvRows } from '../kernel/wire/csv-rows.ts';

/**
 * A row of an adapter's `codes.csv`: a code the carrier documents, not derived from the mapping.
 */
export interface DocumentedCode {
  /**
   * `code_kind`: the list that contains the code; the manifest's `codeKinds` maps it to a match
   * key.
   */
  readonly kind: string;
  readonly code: string;
  readonly description: string;
  /** `reviewed_by`, `reviewed_on`: unparsed; `reviewOf` reads them. */
  readonly reviewedBy?: string;
  readonly reviewedOn?: string;
}

const COLUMNS = ['code_kind', 'code', 'description'] as const;

/**
 * Rows of a `codes.csv` (RFC 4180: quotes double inside quotes, fields may span lines).
 * Throws with the missing column's name when the header is not that of a code list, because the
 * file is ours.
 */
export function parseCodesCsv(text: string): readonly DocumentedCode[] {
  const read = csvRows(text);
  if (!read.ok)
    throw new Error(`codes.csv: the row at line ${read.line} opens a quote that never closes`);
  const [header = [], ...rows] = read.rows.map(({ fields }) => fields);
  const [kindAt, codeAt, descriptionAt] = COLUMNS.map((column) => {
    const at = header.indexOf(column);
    if (at === -1) throw new Error(`codes.csv has no column ${column}; its header is ${header}`);
    return at;
  });
  const [byAt, onAt] = [header.indexOf('reviewed_by'), header.indexOf('reviewed_on')];
  return rows.map((row) => ({
    kind: row[kindAt ?? 0] ?? '',
    code: row[codeAt ?? 0] ?? '',
    description: row[descriptionAt ?? 0] ?? '',
    ...(row[byAt] ? { reviewedBy: row[byAt].trim() } : {}),
    ...(row[onAt] ? { reviewedOn: row[onAt].trim() } : {}),
  }));
}

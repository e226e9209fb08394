export interface CsvRow {
  readonly cells: readonly string[];
  /** Of its first character, counted from 1. */
  readonly line: number;
  /** Where a quote opens that nothing closes: the row is then not to be used. */
  readonly openQuoteLine?: number;
}

/** RFC 4180: cells in quotes may hold commas, doubled quotes and line ends. Skips empty lines. */
export function csvRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let startLine = 1;
  let quoteLine = 1;
  const endRow = () => {
    cells.push(cell);
    if (cells.length > 1 || cell.trim() !== '') rows.push({ cells, line: startLine });
    cells = [];
    cell = '';
  };
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\n') line += 1;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"') {
      quoted = true;
      quoteLine = line;
    } else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else if (char === '\n') {
      endRow();
      startLine = line;
    } else if (char !== '\r') cell += char;
  }
  if (quoted) return [...rows, { cells: [], line: startLine, openQuoteLine: quoteLine }];
  endRow();
  return rows;
}

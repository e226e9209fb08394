export type Row = readonly string[];

/** A Markdown table; without a head, its first column names the rows. */
export function table(rows: readonly Row[], head?: Row): string {
  const columns = head ?? rows[0]?.map(() => '') ?? [];
  const line = (cells: Row) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(line)].join('\n');
}

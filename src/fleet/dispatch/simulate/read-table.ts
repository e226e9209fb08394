import { csvRows } from '../../../kernel/wire/csv-rows.ts';

/** An unusable input file of a day; the message gives file, line and what to fix. */
export class UnreadableDay extends Error {}

export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface Table {
  readonly file: string;
  readonly columns: ReadonlyMap<string, number>;
  readonly rows: readonly Row[];
}

/** Reads rows of cells below a header row. */
export function readTable(file: string, text: string, separator: ',' | '\t'): Table {
  const read = csvRows(text, separator);
  if (!read.ok) throw new UnreadableDay(`${file}:${read.line}: a quote is never closed`);
  const [head, ...rest] = read.rows;
  if (head === undefined) throw new UnreadableDay(`${file}:1: is empty; expected a row of names`);
  const names = head.fields.map((name) => name.trim());
  const rows = rest.map(({ line, fields }): Row => {
    if (fields.length >= names.length) return { line, cells: fields.map((cell) => cell.trim()) };
    throw new UnreadableDay(
      `${file}:${line}: has ${fields.length} cells; expected ${names.length} as in the first line`,
    );
  });
  return { file, columns: new Map(names.map((name, nr) => [name, nr])), rows };
}

export function column(table: Table, row: Row, name: string): string {
  const at = table.columns.get(name);
  if (at === undefined) {
    throw new UnreadableDay(`${table.file}:1: column ${name} is missing; add it`);
  }
  return row.cells[at] as string;
}

export function numberIn(table: Table, row: Row, name: string): number {
  const text = column(table, row, name);
  const number = Number(text);
  if (text !== '' && Number.isFinite(number)) return number;
  throw new UnreadableDay(`${table.file}:${row.line}: ${name} is "${text}"; expected a number`);
}

import type { Dataset } from '../gbdt/index.ts';

/** Rows appended one after the other and stored by column, as trees read them. */
export interface Table {
  readonly data: Dataset;
  /** Copies an appended row to this place. */
  readonly set: (at: number, row: Float64Array) => void;
}

/** Creates a table with room for that number of rows. */
export function openTable(names: readonly string[], rows: number): Table {
  const columns = names.map((name) => ({
    name,
    kind: 'number' as const,
    values: new Float64Array(rows),
  }));
  return {
    data: { rows, columns },
    set: (at, row) => {
      for (let nr = 0; nr < columns.length; nr += 1) {
        (columns[nr] as (typeof columns)[number]).values[at] = row[nr] as number;
      }
    },
  };
}

/** Copies a range of rows, in the same order, to columns of their own. */
export function someRows(data: Dataset, from: number, to: number): Dataset {
  return {
    rows: to - from,
    columns: data.columns.map((column) => ({
      ...column,
      values: column.values.subarray(from, to),
    })),
  };
}

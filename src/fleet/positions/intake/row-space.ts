const ROWS_AT_ONCE = 1_024;

/** One row of many: it begins at `from`. */
export interface Row {
  readonly rows: Float64Array;
  readonly from: number;
}

/**
 * Rows of numbers, many in one array: objects that live as long as a shift and change with each
 * position are expensive for the garbage collector.
 */
export interface RowSpace {
  /** Filled with zeros. */
  take(): Row;
  /** The caller must not use it afterwards. */
  free(row: Row): void;
}

/** @param width length of a row */
export function createRowSpace(width: number): RowSpace {
  const free: Row[] = [];
  return {
    take() {
      if (free.length === 0) {
        const rows = new Float64Array(ROWS_AT_ONCE * width);
        for (let nr = ROWS_AT_ONCE - 1; nr >= 0; nr -= 1) free.push({ rows, from: nr * width });
      }
      const row = free.pop() as Row;
      row.rows.fill(0, row.from, row.from + width);
      return row;
    },
    free: ({ rows, from }) => void free.push({ rows, from }),
  };
}

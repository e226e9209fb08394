/**
 * Pairs rows with columns, each at most once, at the least total cost. A row may also stay alone,
 * at a cost of its own. Edges are given row by row: those of row r are `first[r]` to `first[r + 1]
 * − 1`. Returns the edge of each row, or −1. The method is shortest augmenting paths with
 * potentials of columns (Jonker and Volgenant 1987, on sparse rows): exact, and quick where few
 * rows compete for a column.
 */
export function assignSparse(problem: {
  readonly columns: number;
  readonly first: Int32Array;
  readonly column: Int32Array;
  readonly cost: Float64Array;
  readonly alone: Float64Array;
}): Int32Array {
  const rows = problem.alone.length;
  const search = new PathSearch(problem);
  for (let row = 0; row < rows; row += 1) search.augment(row);
  return search.edgeOf;
}

/** The edge of a row that stays alone. */
const ALONE = -1;

class PathSearch {
  readonly edgeOf: Int32Array;
  readonly #first: Int32Array;
  readonly #column: Int32Array;
  readonly #cost: Float64Array;
  readonly #alone: Float64Array;
  readonly #potential: Float64Array;
  readonly #rowOf: Int32Array;
  readonly #distance: Float64Array;
  /** The row and the edge by which a column was reached. */
  readonly #fromRow: Int32Array;
  readonly #fromEdge: Int32Array;
  readonly #settled: Uint8Array;
  readonly #touched: Int32Array;
  #touchedCount = 0;
  readonly #heap = new ColumnHeap();

  constructor(problem: {
    readonly columns: number;
    readonly first: Int32Array;
    readonly column: Int32Array;
    readonly cost: Float64Array;
    readonly alone: Float64Array;
  }) {
    const { columns } = problem;
    this.#first = problem.first;
    this.#column = problem.column;
    this.#cost = problem.cost;
    this.#alone = problem.alone;
    this.edgeOf = new Int32Array(problem.alone.length).fill(ALONE);
    this.#potential = new Float64Array(columns);
    this.#rowOf = new Int32Array(columns).fill(-1);
    this.#distance = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    this.#fromRow = new Int32Array(columns);
    this.#fromEdge = new Int32Array(columns);
    this.#settled = new Uint8Array(columns);
    this.#touched = new Int32Array(columns);
  }

  /**
   * Adds a row to the assignment: finds the cheapest chain of changes from it to a free column, or
   * to a row that then stays alone, and makes these changes.
   */
  augment(start: number): void {
    let row = start;
    let reached = 0;
    // The cost of the row's own edge at present, against which its other edges are measured.
    let base = 0;
    let aloneBest = Number.POSITIVE_INFINITY;
    let aloneRow = start;
    let end = -1;
    this.#heap.clear();
    for (;;) {
      const alone = reached + (this.#alone[row] as number) - base;
      if (alone < aloneBest) {
        aloneBest = alone;
        aloneRow = row;
      }
      this.#relax(row, reached - base);
      const column = this.#nearest();
      const distance = column < 0 ? Number.POSITIVE_INFINITY : (this.#distance[column] as number);
      if (aloneBest <= distance) {
        reached = aloneBest;
        break;
      }
      reached = distance;
      this.#settled[column] = 1;
      row = this.#rowOf[column] as number;
      if (row < 0) {
        end = column;
        break;
      }
      const edge = this.edgeOf[row] as number;
      base = (this.#cost[edge] as number) - (this.#potential[column] as number);
    }
    this.#updatePotentials(reached);
    if (end < 0) {
      end = aloneRow === start ? -1 : (this.#column[this.edgeOf[aloneRow] as number] as number);
      this.edgeOf[aloneRow] = ALONE;
    }
    this.#walkBack(end, start);
    this.#reset();
  }

  /**
   * Shortens the distances to the columns of a row's edges, where a path over the row is shorter.
   */
  #relax(row: number, offset: number): void {
    const to = this.#first[row + 1] as number;
    for (let edge = this.#first[row] as number; edge < to; edge += 1) {
      const column = this.#column[edge] as number;
      if (this.#settled[column] === 1) continue;
      const distance = offset + (this.#cost[edge] as number) - (this.#potential[column] as number);
      const before = this.#distance[column] as number;
      if (distance >= before) continue;
      if (before === Number.POSITIVE_INFINITY) this.#touched[this.#touchedCount++] = column;
      this.#distance[column] = distance;
      this.#fromRow[column] = row;
      this.#fromEdge[column] = edge;
      this.#heap.push(column, distance);
    }
  }

  /** The nearest column that is not settled yet; −1: none is in reach. */
  #nearest(): number {
    for (let column = this.#heap.pop(); column >= 0; column = this.#heap.pop()) {
      if (this.#settled[column] === 0) return column;
    }
    return -1;
  }

  /** Updates the potentials, so that the edge of every row stays its cheapest. */
  #updatePotentials(reached: number): void {
    for (let index = 0; index < this.#touchedCount; index += 1) {
      const column = this.#touched[index] as number;
      if (this.#settled[column] === 0) continue;
      this.#potential[column] =
        (this.#potential[column] as number) + (this.#distance[column] as number) - reached;
    }
  }

  /** Assigns each row on the path the column that it reached. */
  #walkBack(end: number, start: number): void {
    let column = end;
    while (column >= 0) {
      const row = this.#fromRow[column] as number;
      const before = this.edgeOf[row] as number;
      this.edgeOf[row] = this.#fromEdge[column] as number;
      this.#rowOf[column] = row;
      if (row === start) return;
      column = before < 0 ? -1 : (this.#column[before] as number);
    }
  }

  #reset(): void {
    for (let index = 0; index < this.#touchedCount; index += 1) {
      const column = this.#touched[index] as number;
      this.#distance[column] = Number.POSITIVE_INFINITY;
      this.#settled[column] = 0;
    }
    this.#touchedCount = 0;
  }
}

/** A binary heap of columns by distance. It may contain a column more than once. */
class ColumnHeap {
  #columns = new Int32Array(64);
  #keys = new Float64Array(64);
  #size = 0;

  clear(): void {
    this.#size = 0;
  }

  push(column: number, key: number): void {
    if (this.#size === this.#columns.length) this.#grow();
    let at = this.#size++;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if ((this.#keys[up] as number) <= key) break;
      this.#columns[at] = this.#columns[up] as number;
      this.#keys[at] = this.#keys[up] as number;
      at = up;
    }
    this.#columns[at] = column;
    this.#keys[at] = key;
  }

  /** Removes and returns the nearest column; −1 if the heap is empty. */
  pop(): number {
    if (this.#size === 0) return -1;
    const top = this.#columns[0] as number;
    this.#size -= 1;
    const column = this.#columns[this.#size] as number;
    const key = this.#keys[this.#size] as number;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= this.#size) break;
      if (
        down + 1 < this.#size &&
        (this.#keys[down + 1] as number) < (this.#keys[down] as number)
      ) {
        down += 1;
      }
      if ((this.#keys[down] as number) >= key) break;
      this.#columns[at] = this.#columns[down] as number;
      this.#keys[at] = this.#keys[down] as number;
      at = down;
    }
    this.#columns[at] = column;
    this.#keys[at] = key;
    return top;
  }

  #grow(): void {
    const columns = new Int32Array(this.#columns.length * 2);
    const keys = new Float64Array(this.#columns.length * 2);
    columns.set(this.#columns);
    keys.set(this.#keys);
    this.#columns = columns;
    this.#keys = keys;
  }
}

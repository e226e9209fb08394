/** Total on its inputs: infinities compare, NaN equals everything. */
export function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

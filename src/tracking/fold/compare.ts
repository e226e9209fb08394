/**
 * Compares two numbers or strings for sorting. Infinities compare like numbers; NaN equals
 * everything.
 */
export function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

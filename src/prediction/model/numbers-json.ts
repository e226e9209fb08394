import { z } from 'zod';

/** Five digits say more than any count of parcels knows. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** Less than this many parcels is nothing. */
const NOTHING = 0.005;

/** [place, value] of each that is not next to nothing: most cells of most groups are empty. */
export function sparse(values: Float64Array): [number, number][] {
  const kept: [number, number][] = [];
  for (const [place, value] of values.entries()) {
    if (value >= NOTHING) kept.push([place, rounded(value)]);
  }
  return kept;
}

export const whole = z.number().int().min(-1e6).max(1e6);
export const finite = z.number().min(-1e12).max(1e12);
export const amount = z.number().min(0).max(1e12);

/** What `sparse` gave, of so many cells. */
export function sparseCells(size: number) {
  const place = z
    .number()
    .int()
    .min(0)
    .max(size - 1);
  return z.array(z.tuple([place, amount])).transform((cells) => {
    const values = new Float64Array(size);
    for (const [at, value] of cells) values[at] = value;
    return values;
  });
}

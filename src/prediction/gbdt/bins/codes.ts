import { CATEGORY_CODE_MAX } from './dataset.ts';

/** The place of each known code of a category: place + 1, and 0 for all missing ones. */
export type CodePlaces = Uint16Array;

/**
 * The codes of a category that get a bin of their own, ascending. If there are too many, the rarer
 * ones count as missing, and so do later codes.
 */
export function knownCodes(values: Float64Array, binsMax: number): Float64Array {
  const counts = new Map<number, number>();
  for (const value of values) {
    if (isCode(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const frequentFirst = [...counts].sort(
    ([code, count], [otherCode, other]) => other - count || code - otherCode,
  );
  return Float64Array.from(frequentFirst.slice(0, binsMax), ([code]) => code).sort();
}

/** A dense table for `placeOf`. */
export function codePlaces(codes: Float64Array): CodePlaces {
  const places = new Uint16Array((codes.at(-1) ?? -1) + 1);
  for (const [place, code] of codes.entries()) places[code] = place + 1;
  return places;
}

/** The place of a code among the known, or -1: NaN, negatives and fractions find nothing. */
export function placeOf(code: number, places: CodePlaces): number {
  return code >= 0 && code < places.length && Number.isInteger(code)
    ? (places[code] as number) - 1
    : -1;
}

function isCode(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= CATEGORY_CODE_MAX;
}

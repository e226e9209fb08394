import { CATEGORY_CODE_MAX } from './dataset.ts';

/** For each code of a category its place among the known codes, plus 1; 0 for unknown codes. */
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

/** Makes a dense table in which `placeOf` looks up codes. */
export function codePlaces(codes: Float64Array): CodePlaces {
  const places = new Uint16Array((codes.at(-1) ?? -1) + 1);
  for (const [place, code] of codes.entries()) places[code] = place + 1;
  return places;
}

/**
 * The place of a code among the known ones, or -1 if it is unknown, as NaN, negative numbers and
 * fractions are.
 */
export function placeOf(code: number, places: CodePlaces): number {
  return code >= 0 && code < places.length && Number.isInteger(code)
    ? (places[code] as number) - 1
    : -1;
}

function isCode(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= CATEGORY_CODE_MAX;
}

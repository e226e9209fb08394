/**
 * Returns the options by which an LRU cache has at most `max` entries and takes memory as it fills.
 * With its own option `max` it takes all of it at once: a megabyte for 50,000.
 */
export function entriesMax(max: number) {
  return { maxSize: max, sizeCalculation: one };
}

function one(): number {
  return 1;
}

import { describe, expect, it } from 'vitest';
import { FILES, isProduct } from '../tidy/tree.ts';
import { READERS } from './readers.ts';

/** Sources that read external input, by their path. */
const READING = [
  /^src\/http\/kit\/bodies\/(?!form-slots|body-pace)[\w-]+\.ts$/,
  /^src\/adapters\/(?!template\/)[^/]+\/parse\.ts$/,
  /^src\/intake\/(?:[\w-]+\/)*(?:csv-|decode-|read-(?:csv|record|scan))[\w-]*\.ts$/,
  /^src\/fleet\/positions\/intake\/plain-positions\.ts$/,
  /^src\/kernel\/wire\/(?:csv-|xml|loose|document-bytes)[\w-]*\.ts$/,
  /^src\/platform\/images\/image-header\.ts$/,
];
/** They only escape output, or are called by a file in the table. */
const ELSEWHERE = ['src/intake/drops/reading/csv-safe.ts'];

describe('every reader of external input', () => {
  it('is listed in test/readers/readers.ts', () => {
    const listed = new Set(READERS.flatMap(({ files }) => files));
    const missing = FILES.filter(isProduct)
      .map(({ path }) => path)
      .filter((path) => READING.some((pattern) => pattern.test(path)))
      .filter((path) => !listed.has(path) && !ELSEWHERE.includes(path));
    expect(missing).toEqual([]);
    expect(listed.size).toBeGreaterThan(40);
    const known = new Set(FILES.map(({ path }) => path));
    expect([...listed].filter((path) => !known.has(path))).toEqual([]);
  });
});

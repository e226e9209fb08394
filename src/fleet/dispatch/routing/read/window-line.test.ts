import { expect, it } from 'vitest';
import { readWindowLine } from './window-line.ts';

const good = {
  name: 'two',
  matrix: [
    [0, 1],
    [2, 0],
  ],
  windows: [
    [0, 9],
    [1, 2.5],
  ],
};

it('reads name, matrix and windows, and ignores the rest', () => {
  const read = readWindowLine(JSON.stringify({ ...good, best: 3, tour: [1] }), 1);
  expect(read).toMatchObject({ name: 'two', places: 2 });
  expect([[...read.matrix], [...read.ready], [...read.due]]).toEqual([
    [0, 1, 2, 0],
    [0, 1],
    [9, 2.5],
  ]);
});

it('an instance without a name is named by its line', () => {
  expect(readWindowLine(JSON.stringify({ ...good, name: 7 }), 12).name).toBe('line 12');
});

it.each([
  ['{', /not a JSON object; expected name/],
  ['null', /is not a JSON object/],
  [JSON.stringify({ ...good, matrix: undefined }), /matrix is missing or empty/],
  [JSON.stringify({ ...good, matrix: [[0, 1], [2]] }), /row 1 of matrix is not 2 numbers/],
  [
    JSON.stringify({
      ...good,
      matrix: [
        [0, -1],
        [2, 0],
      ],
    }),
    /row 0 of matrix/,
  ],
  [JSON.stringify({ ...good, windows: [[0, 9]] }), /windows is not 2 pairs/],
  [
    JSON.stringify({
      ...good,
      windows: [
        [0, 9],
        [3, 2],
      ],
    }),
    /window 1 is not a pair/,
  ],
  [JSON.stringify({ ...good, windows: [[0, 9], 5] }), /window 1 is not a pair/],
  [JSON.stringify({ matrix: Array.from({ length: 2_001 }, () => []) }), /at most 2000 are solved/],
])('%s is rejected, with what is wrong', (line, message) => {
  expect(() => readWindowLine(line, 3)).toThrow(message);
});

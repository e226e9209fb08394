import { describe, expect, it } from 'vitest';
import { readTsplib } from './tsplib.ts';
import { UnreadableInstance } from './window-line.ts';

const file = (...lines: readonly string[]) => lines.join('\n');
const points = (type: string, ...rows: readonly string[]) =>
  file(
    'NAME : three',
    'TYPE: TSP (M. Somebody)',
    `DIMENSION: ${rows.length}`,
    `EDGE_WEIGHT_TYPE : ${type}`,
    'NODE_COORD_SECTION',
    ...rows,
    'EOF',
  );
const matrix = (format: string, ...rows: readonly string[]) =>
  file(
    'NAME: matrix',
    'TYPE: TSP',
    'DIMENSION: 3',
    'EDGE_WEIGHT_TYPE: EXPLICIT',
    `EDGE_WEIGHT_FORMAT: ${format}`,
    'DISPLAY_DATA_TYPE: TWOD_DISPLAY',
    'EDGE_WEIGHT_SECTION',
    ...rows,
    'DISPLAY_DATA_SECTION',
    '1 2 3',
  );

describe('a file of TSPLIB', () => {
  it.each([
    ['EUC_2D', ['1 0 0', '2 1 1', '3 3 4'], [1, 5, 4]],
    ['CEIL_2D', ['1 0 0', '2 1 1', '3 3 4'], [2, 5, 4]],
    ['MAN_2D', ['1 0 0', '2 1 1', '3 3 4'], [2, 7, 5]],
    ['MAX_2D', ['1 0 0', '2 1 1', '3 3 4'], [1, 4, 3]],
    ['ATT', ['1 0 0', '2 1 1', '3 3 4'], [1, 2, 2]],
    // Cities of burma14, with the distances that its proven optimum consists of.
    ['GEO', ['1 16.47 96.10', '2 16.47 94.44', '3 20.09 92.54'], [153, 510, 422]],
  ])('measures %s as TSPLIB does', (type, rows, [there, over, on]) => {
    const { cost, cities, name } = readTsplib(points(type, ...rows));
    expect({ name, cities }).toEqual({ name: 'three', cities: 3 });
    expect([...cost]).toEqual([0, there, over, there, 0, on, over, on, 0]);
  });

  it.each([
    ['FULL_MATRIX', ['0 1 2', '1 0 3', '2 3 0']],
    ['UPPER_ROW', ['1 2', '3']],
    ['LOWER_ROW', ['1', '2 3']],
    ['UPPER_DIAG_ROW', ['0 1 2', '0 3', '0']],
    ['LOWER_DIAG_ROW', ['0 1 0 2', '3 0']],
    ['UPPER_COL', ['1', '2 3']],
    ['LOWER_COL', ['1 2', '3']],
    ['UPPER_DIAG_COL', ['0', '1 0', '2 3 0']],
    ['LOWER_DIAG_COL', ['0 1 2', '0 3', '0']],
  ])('holds a matrix as %s', (format, rows) => {
    expect([...readTsplib(matrix(format, ...rows)).cost]).toEqual([0, 1, 2, 1, 0, 3, 2, 3, 0]);
  });

  it.each([
    ['prose', 'Dear reader,', 1, /not a TSPLIB file/],
    ['another type', file('TYPE: ATSP', 'DIMENSION: 3'), 1, /only TYPE: TSP/],
    ['no dimension', file('TYPE: TSP', 'EDGE_WEIGHT_TYPE: EUC_2D'), 1, /DIMENSION is missing/],
    ['too many cities', file('TYPE: TSP', 'DIMENSION: 90000'), 2, /at most 5000 cities/],
    ['no edge weights', file('TYPE: TSP', 'DIMENSION: 3'), 1, /EDGE_WEIGHT_TYPE is missing/],
    ['an unknown measure', points('XRAY1', '1 0 0'), 4, /XRAY1 is not supported; supported are/],
    ['an unknown format', matrix('DIAGONAL', '1'), 5, /EDGE_WEIGHT_FORMAT is DIAGONAL/],
    ['a matrix that ends early', matrix('UPPER_ROW', '1 2'), 7, /ends after 2 numbers/],
    ['a matrix that goes on', matrix('UPPER_ROW', '1 2 3 4'), 7, /holds 4 numbers/],
    ['a word in a matrix', matrix('UPPER_ROW', '1 two 3'), 7, /"two", which is not a number/],
    [
      'a one-way street',
      matrix('FULL_MATRIX', '0 1 2', '1 0 3', '9 3 0'),
      7,
      /not symmetric: 3 to 1/,
    ],
    [
      'a city twice',
      points('EUC_2D', '1 0 0', '1 1 1'),
      5,
      /city 1 is not one of 1 to 2, or comes twice/,
    ],
    [
      'no coordinates',
      file('DIMENSION: 3', 'EDGE_WEIGHT_TYPE: EUC_2D'),
      1,
      /NODE_COORD_SECTION is missing/,
    ],
  ])('that is %s is rejected with the line', (_, text, line, message) => {
    const thrown = (() => {
      try {
        return readTsplib(text);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(UnreadableInstance);
    expect(thrown).toMatchObject({ line, message: expect.stringMatching(message) });
  });
});

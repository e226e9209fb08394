import type { ForestJson } from '../../src/prediction/gbdt/index.ts';

/** A tree in the obvious first version: linked objects. */
export type ObjectTree = number | ObjectNode;

interface ObjectNode {
  readonly column: string;
  readonly isMissingLeft: boolean;
  readonly goesLeft: (value: number) => boolean;
  readonly left: ObjectTree;
  readonly right: ObjectTree;
}

/**
 * Converts the stored forest to linked objects: closures for tests, a Set for the codes of a
 * category.
 */
export function objectTrees({ columns, trees }: ForestJson): ObjectTree[] {
  return trees.map(({ nodes, leaves }) => {
    const unfold = (at: number): ObjectTree => {
      const node = nodes[at];
      if (node === undefined) return leaves[-1 - at]?.[0] ?? 0;
      const [index, isMissingLeft, left, right, test] = node;
      const column = columns[index];
      const known = column?.kind === 'category' ? column.codes : [];
      const codes = new Set(Array.isArray(test) ? test.map((place) => known[place]) : []);
      return {
        column: column?.name ?? '',
        isMissingLeft,
        goesLeft: Array.isArray(test) ? (value) => codes.has(value) : (value) => value <= test,
        left: unfold(left),
        right: unfold(right),
      };
    };
    return unfold(0);
  });
}

/**
 * The prediction of a row: `start` plus the leaf of every tree. A missing value goes where its node
 * says.
 */
export function predictObject(
  trees: readonly ObjectTree[],
  start: number,
  row: Readonly<Record<string, number>>,
): number {
  let sum = start;
  for (const tree of trees) {
    let at = tree;
    while (typeof at !== 'number') {
      const value = row[at.column] ?? Number.NaN;
      const isLeft = Number.isNaN(value) ? at.isMissingLeft : at.goesLeft(value);
      at = isLeft ? at.left : at.right;
    }
    sum += at;
  }
  return sum;
}

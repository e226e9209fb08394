import { type Forest, NODE_SIZE } from './forest.ts';
import { childOf, ranksOf } from './ranks.ts';

/**
 * Each column's contribution to a row's prediction: they add up to prediction − base. On the way
 * to a leaf the row's expectation changes at each node, and the change is attributed to the column
 * that the node tests (Saabas 2014). It costs no more than a prediction; Shapley values would be
 * fairer to correlated columns, at a thousand times the cost.
 */
export function contributions(forest: Forest, row: Float64Array): Float64Array {
  const ranks = ranksOf(forest, row);
  const found = new Float64Array(forest.columns.length);
  const worthOf = (at: number): number =>
    (at < 0 ? forest.leafValue[~at] : forest.nodeValue[at]) as number;
  for (const root of forest.roots) {
    let node = root;
    while (node >= 0) {
      const next = childOf(forest, node, ranks, 0);
      const column = (forest.nodes[node * NODE_SIZE] as number) >>> 1;
      found[column] = (found[column] as number) + worthOf(next) - worthOf(node);
      node = next;
    }
  }
  return found;
}

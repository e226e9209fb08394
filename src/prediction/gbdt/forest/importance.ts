import { type Forest, NODE_SIZE } from './forest.ts';

/**
 * The importance of each column, in their order: the squared changes at its nodes, over all
 * training rows that passed. They add up to 1; all 0 for a forest without nodes.
 */
export function importance(forests: readonly Forest[]): Float64Array {
  const found = new Float64Array(forests[0]?.columns.length ?? 0);
  for (const forest of forests) {
    const rowsOf = (at: number): number =>
      (at < 0 ? forest.leafRows[~at] : forest.nodeRows[at]) ?? 0;
    const worthOf = (at: number): number =>
      (at < 0 ? forest.leafValue[~at] : forest.nodeValue[at]) ?? 0;
    for (const [node, worth] of forest.nodeValue.entries()) {
      const [slot = 0, , left = 0, right = 0] = forest.nodes.subarray(node * NODE_SIZE);
      const column = slot >>> 1;
      for (const child of [left, right]) {
        const change = rowsOf(child) * (worthOf(child) - worth) ** 2;
        found[column] = (found[column] ?? 0) + change;
      }
    }
  }
  const all = found.reduce((sum, each) => sum + each, 0);
  return all > 0 ? found.map((each) => each / all) : found;
}

import { z } from 'zod';
import { CATEGORY_CODE_MAX, codePlaces } from '../bins/dataset.ts';
import {
  buildForest,
  type Forest,
  type ForestColumn,
  ModelUnusable,
  NODE_SIZE,
  type PlainColumn,
  type PlainNode,
  type PlainTree,
} from './forest.ts';

const FORMAT = 'waybill-forest';
const VERSION = 1;

const index = z.int().min(0);
/** Limits that keep sums finite. */
const step = z.number().min(-1e100).max(1e100);

/**
 * Nodes and leaves are short rows: they are most of a model, and names would be most of them. A
 * child is a later node of its tree, or a leaf as -1 - index.
 */
const nodeSchema = z.tuple([
  /* column */ index,
  /* do missing values go left */ z.boolean(),
  /* left child */ z.int(),
  /* right child */ z.int(),
  /* what goes left: a number up to this, or these indices into the column's codes */
  z.union([z.number(), z.array(index).max(256)]),
]);

const treeSchema = z.strictObject({
  nodes: z.array(nodeSchema).min(1).max(1_023),
  leaves: z.array(z.tuple([/* value */ step, /* training rows */ z.int().min(1)])).max(1_024),
});

const columnSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('number'), name: z.string().max(200) }),
  z.strictObject({
    kind: z.literal('category'),
    name: z.string().max(200),
    codes: z.array(index.max(CATEGORY_CODE_MAX)).max(256),
  }),
]);

const forestSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  quantile: z.number().gt(0).lt(1),
  start: step,
  columns: z.array(columnSchema).max(256),
  trees: z.array(treeSchema).max(5_000),
});

export type ForestJson = z.infer<typeof forestSchema>;
type TreeJson = ForestJson['trees'][number];
type NodeJson = TreeJson['nodes'][number];

/** The forest as plain JSON; read back, it predicts the same to the last bit. */
export function forestToJson(forest: Forest): ForestJson {
  return {
    format: FORMAT,
    version: VERSION,
    quantile: forest.quantile,
    start: forest.start,
    columns: forest.columns.map((column) =>
      column.kind === 'number'
        ? { kind: column.kind, name: column.name }
        : { kind: column.kind, name: column.name, codes: [...column.codes] },
    ),
    trees: Array.from(forest.roots, (_, index) => treeToJson(forest, index)),
  };
}

function treeToJson(forest: Forest, index: number): TreeJson {
  const from = forest.roots[index] as number;
  const to = forest.roots[index + 1] ?? forest.nodes.length / NODE_SIZE;
  // A tree has one leaf more than nodes, so this many leaves come before it:
  const leavesBefore = from + index;
  const child = (at: number): number => (at < 0 ? ~(~at - leavesBefore) : at - from);
  const nodes: NodeJson[] = [];
  for (let node = from; node < to; node += 1) {
    const at = node * NODE_SIZE;
    const [slot = 0, comparand = 0, left = 0, right = 0] = forest.nodes.subarray(at, at + 4);
    const column = forest.columns[slot >>> 1] as ForestColumn;
    const [isMissingLeft, test] =
      column.kind === 'number'
        ? [slot % 2 === 0, column.edges[comparand] as number]
        : codesLeft(forest.codeBits, ~comparand, column.codes.length);
    nodes.push([slot >>> 1, isMissingLeft, child(left), child(right), test]);
  }
  const leaves = Array.from({ length: to - from + 1 }, (_, leaf): [number, number] => [
    forest.leafValue[leavesBefore + leaf] as number,
    forest.leafRows[leavesBefore + leaf] as number,
  ]);
  return { nodes, leaves };
}

/** Whether "missing" goes left, and which places of codes do. */
function codesLeft(words: Uint32Array, from: number, known: number): [boolean, number[]] {
  const isLeft = (place: number): boolean =>
    (((words[from + (place >>> 5)] as number) >>> (place & 31)) & 1) === 0;
  return [isLeft(known), Array.from({ length: known }, (_, place) => place).filter(isLeft)];
}

/** Reads a stored forest, or throws `ModelUnusable` with the first error. */
export function forestFromJson(value: unknown): Forest {
  const read = forestSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new ModelUnusable(`forest${showPath(issue?.path ?? [])}: ${issue?.message}`);
  }
  const { quantile, start, columns, trees } = read.data;
  const names = new Set(columns.map(({ name }) => name));
  if (names.size < columns.length) throw new ModelUnusable('forest.columns: a name appears twice');
  const known = columns.map((column, index): PlainColumn => {
    if (column.kind === 'number') return column;
    if (!isAscending(column.codes))
      throw new ModelUnusable(`forest.columns[${index}].codes: they must ascend`);
    const codes = Float64Array.from(column.codes);
    return { kind: column.kind, name: column.name, codes, places: codePlaces(codes) };
  });
  const plain = trees.map((tree, index) => treeFromJson(tree, known, `forest.trees[${index}]`));
  return buildForest(quantile, known, start, plain);
}

/**
 * Each node and leaf but the root must be the child of exactly one earlier node: then there is no
 * cycle, everything is reachable, and every row ends in a leaf.
 */
function treeFromJson(
  { nodes, leaves }: TreeJson,
  columns: readonly PlainColumn[],
  where: string,
): PlainTree {
  if (leaves.length !== nodes.length + 1)
    throw new ModelUnusable(
      `${where}: ${leaves.length} leaves for ${nodes.length} nodes; there is one more than nodes`,
    );
  const seen = new Set<number>();
  const plain = nodes.map((node, index): PlainNode => {
    const [column, isMissingLeft, left, right] = node;
    const at = `${where}.nodes[${index}]`;
    for (const child of [left, right]) {
      const isValidChild =
        child < 0 ? ~child < leaves.length : child > index && child < nodes.length;
      if (!isValidChild)
        throw new ModelUnusable(`${at}: child ${child} is no later node and no leaf`);
      if (seen.has(child)) throw new ModelUnusable(`${at}: child ${child} has another parent`);
      seen.add(child);
    }
    return { column, isMissingLeft, left, right, ...testFromJson(node, columns, at) };
  });
  return { nodes: plain, leaves: leaves.map(([value, rows]) => ({ value, rows })) };
}

/** A node's test must match its column. */
function testFromJson(
  [index, , , , test]: NodeJson,
  columns: readonly PlainColumn[],
  at: string,
): Pick<PlainNode, 'threshold' | 'places'> {
  const column = columns[index];
  if (column === undefined)
    throw new ModelUnusable(`${at}: column ${index} of ${columns.length} columns`);
  if (column.kind === 'number') {
    if (typeof test === 'number') return { threshold: test, places: [] };
    throw new ModelUnusable(`${at}: codes for column "${column.name}", which is a number`);
  }
  if (typeof test === 'number')
    throw new ModelUnusable(`${at}: a threshold for column "${column.name}", which is a category`);
  if (!isAscending(test) || (test.at(-1) ?? 0) >= column.codes.length)
    throw new ModelUnusable(
      `${at}: codes must ascend and be among the ${column.codes.length} of "${column.name}"`,
    );
  return { threshold: null, places: test };
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? value));
}

/** Formats a path, such as `.trees[3].leaves[0]`. */
function showPath(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
}

import { jsonOrNull, type Payload } from 'waybill/adapter';

/** Limit of lists; fixtures of batches have hundreds, all alike. */
const LISTS_MAX = 40;

/** A list in a payload: at least two items of JSON, or elements of the same name. */
export interface PayloadList {
  readonly where: string;
  readonly items: readonly unknown[];
  /** Values without a meaning that may replace an item. */
  readonly holes: readonly unknown[];
  withItems(items: readonly unknown[]): Payload;
}

/** Finds the lists in a payload, up to a maximum: in JSON, or else among elements of markup. */
export function listsOf(payload: Payload): readonly PayloadList[] {
  const json = jsonOrNull(payload.text);
  const found = json === null ? elementsIn(payload) : listsIn(payload, json.value);
  return found.slice(0, LISTS_MAX);
}

type Path = readonly string[];

function listsIn(payload: Payload, root: unknown): readonly PayloadList[] {
  const found: PayloadList[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value) && value.length > 1) {
      found.push({
        where: path.join('.'),
        items: value,
        holes: [null, {}],
        withItems: (items) => ({ ...payload, text: JSON.stringify(withList(root, path, items)) }),
      });
    }
    for (const [key, member] of Object.entries(value)) visit(member, [...path, key]);
  };
  visit(root, []);
  return found;
}

function withList(value: unknown, [key, ...rest]: Path, items: readonly unknown[]): unknown {
  if (key === undefined) return items;
  if (Array.isArray(value)) {
    return value.map((item, nr) => (String(nr) === key ? withList(item, rest, items) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === key ? withList(member, rest, items) : member,
    ]),
  );
}

const TAG = /<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>/g;

/** The lists in markup: elements with child elements that have siblings of the same name. */
function elementsIn(payload: Payload): readonly PayloadList[] {
  const names = new Set([...payload.text.matchAll(TAG)].map(([, name = '']) => name));
  return [...names].flatMap((name): PayloadList[] => {
    const items = blocksOf(payload.text, name);
    const [first] = items;
    if (first === undefined || items.length < 2 || !items.every((item) => /><|>\s+</.test(item))) {
      return [];
    }
    const [before = '', ...after] = split(payload.text, items);
    return [
      {
        where: name,
        items,
        holes: [`<${name}></${name}>`],
        withItems: (others) => ({ ...payload, text: [before, ...others, ...after].join('') }),
      },
    ];
  });
}

function blocksOf(text: string, name: string): readonly string[] {
  const blocks: string[] = [];
  const end = `</${name}>`;
  for (const { index } of text.matchAll(new RegExp(`<${name}(?:\\s[^<>]*)?>`, 'g'))) {
    const to = text.indexOf(end, index);
    if (to >= 0 && !text.endsWith('/>', text.indexOf('>', index) + 1)) {
      blocks.push(text.slice(index, to + end.length));
    }
  }
  return blocks;
}

/** Splits a text into the parts before, between and after the blocks. */
function split(text: string, blocks: readonly string[]): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (const block of blocks) {
    const at = text.indexOf(block, from);
    parts.push(text.slice(from, at));
    from = at + block.length;
  }
  return [...parts, text.slice(from)];
}

/** More than one process is asked at once. */
const TOGETHER_MAX = 500;

interface Reading<Item, Found> {
  readonly items: Item[];
  readonly found: Promise<readonly Found[]>;
}

/**
 * Reads one by one what costs little more for many: what is asked for while a read is under way is read by the
 * next one, all together. Who comes alone waits for nobody, and what is answered was read after it was asked for.
 *
 * @param read answers what it found for each, in their order; `source` is what reads go to one after another.
 */
export function readTogether<Source extends object, Item, Found>(
  read: (source: Source, items: readonly Item[]) => Promise<readonly Found[]>,
): (source: Source, item: Item) => Promise<Found> {
  const known = new WeakMap<Source, (item: Item) => Promise<Found>>();
  return (source, item) => {
    const reader = known.get(source) ?? readInTurn((items: readonly Item[]) => read(source, items));
    known.set(source, reader);
    return reader(item);
  };
}

function readInTurn<Item, Found>(
  read: (items: readonly Item[]) => Promise<readonly Found[]>,
): (item: Item) => Promise<Found> {
  let next: Reading<Item, Found> | null = null;
  let underWay: Promise<unknown> = Promise.resolve();

  function begin(): Reading<Item, Found> {
    const items: Item[] = [];
    const found = underWay.then(() => {
      if (next?.items === items) next = null;
      return read(items);
    });
    underWay = found.catch(() => {});
    return { items, found };
  }

  return async (item) => {
    if (next === null || next.items.length >= TOGETHER_MAX) next = begin();
    const { items, found } = next;
    const nr = items.push(item) - 1;
    return (await found)[nr] as Found;
  };
}

/** More than one process is asked at once. */
const TOGETHER_MAX = 500;
/**
 * A read that takes longer may never end, on a connection that died unnoticed: those who came meanwhile are read for
 * beside it, and so often that neither one slow read nor two take all with them.
 */
const PATIENCE_MS = 100;
const AT_ONCE_MAX = 4;

interface Waiting<Item, Found> {
  readonly item: Item;
  readonly resolve: (found: Found) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Reads one by one what costs little more for many: what is asked for while a read is under way is read by the
 * next one, all together. Who comes alone waits for nobody, and what is answered was read after it was asked for.
 *
 * @param read answers what it found for each, in their order; `source` is what reads go to one after another. It is
 * to end by itself after some seconds.
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
  const waiting: Waiting<Item, Found>[] = [];
  let underWay = 0;
  /** Of the read that others wait for; null: they wait for none. */
  let patience: NodeJS.Timeout | null = null;

  function begin(): void {
    while (waiting.length > 0 && patience === null && underWay < AT_ONCE_MAX) {
      const some = waiting.splice(0, TOGETHER_MAX);
      const mine = setTimeout(() => {
        if (patience !== mine) return;
        patience = null;
        begin();
      }, PATIENCE_MS);
      patience = mine;
      underWay += 1;
      void readFor(read, some).then(() => {
        underWay -= 1;
        clearTimeout(mine);
        if (patience === mine) patience = null;
        begin();
      });
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      // Who comes in the same turn is read for together.
      if (waiting.length === 0) queueMicrotask(begin);
      waiting.push({ item, resolve, reject });
    });
}

/** Never rejects. */
async function readFor<Item, Found>(
  read: (items: readonly Item[]) => Promise<readonly Found[]>,
  some: readonly Waiting<Item, Found>[],
): Promise<void> {
  try {
    const found = await read(some.map(({ item }) => item));
    for (const [nr, { resolve }] of some.entries()) resolve(found[nr] as Found);
  } catch (error) {
    for (const { reject } of some) reject(error);
  }
}

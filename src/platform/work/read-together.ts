/** More items than one process usually has waiting at once. */
const TOGETHER_MAX = 500;
/**
 * A read that takes longer may never end, on a connection that died unnoticed. Items that came
 * meanwhile are then read in parallel; there are enough parallel reads that one or two slow ones do
 * not block all others.
 */
const PATIENCE_MS = 100;
const AT_ONCE_MAX = 4;

interface Waiting<Item, Found> {
  readonly item: Item;
  readonly resolve: (found: Found) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Batches reads that cost little more together: items requested while a read is running are read
 * together by the next one. A lone item never waits, and every answer was read after its request.
 *
 * @param read returns what it found for each item, in their order; reads of one `source` run one
 * after another. It must end by itself after some seconds.
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

/** Creates a function that reads items in batches. While a read takes long, the next may begin. */
function readInTurn<Item, Found>(
  read: (items: readonly Item[]) => Promise<readonly Found[]>,
): (item: Item) => Promise<Found> {
  const waiting: Waiting<Item, Found>[] = [];
  let underWay = 0;
  /** The timer of the read that others wait for; null: they wait for none. */
  let patience: NodeJS.Timeout | null = null;

  function begin(): void {
    while (waiting.length > 0 && patience === null && underWay < AT_ONCE_MAX) {
      const batch = waiting.splice(0, TOGETHER_MAX);
      const timer = setTimeout(() => {
        if (patience !== timer) return;
        patience = null;
        begin();
      }, PATIENCE_MS);
      patience = timer;
      underWay += 1;
      void readBatch(read, batch).then(() => {
        underWay -= 1;
        clearTimeout(timer);
        if (patience === timer) patience = null;
        begin();
      });
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      // Items of the same turn are read together.
      if (waiting.length === 0) queueMicrotask(begin);
      waiting.push({ item, resolve, reject });
    });
}

/** Reads some items and settles them. Never rejects. */
async function readBatch<Item, Found>(
  read: (items: readonly Item[]) => Promise<readonly Found[]>,
  batch: readonly Waiting<Item, Found>[],
): Promise<void> {
  try {
    const found = await read(batch.map(({ item }) => item));
    for (const [index, { resolve }] of batch.entries()) resolve(found[index] as Found);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

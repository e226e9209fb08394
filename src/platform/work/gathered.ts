import { createGroupCommit, type GroupCommit } from './group-commit.ts';

export interface GatheredOptions<Key, Item, Outcome> {
  /** Returns the string that distinguishes keys. */
  readonly nameOf: (key: Key) => string;
  /**
   * Does several items of one key at once; returns the outcomes in their order. If it rejects, it
   * may be called again for each item that it has not settled, so repeating what was already done
   * must give the same result.
   *
   * @param tell settles the item at a place before the others are done.
   */
  readonly work: (
    key: Key,
    items: readonly Item[],
    tell: (place: number, outcome: Outcome) => void,
  ) => Promise<readonly Outcome[]>;
  /** The most items of one batch. */
  readonly batchMax: number;
  /** The most waiting items of one key. */
  readonly pendingMax: number;
  /**
   * If items are frequent, a batch of fewer than `enough` begins only this long after the previous
   * one.
   */
  readonly gathers: { readonly ms: number; readonly enough: number };
  /** Whether a single item may be to blame; then each is done alone. */
  readonly mayBeItsItems: (error: unknown) => boolean;
  /**
   * Whether all waiting items of the key would fail in the same way; then they are refused with it.
   */
  readonly failsAll: (error: unknown) => boolean;
}

interface Entry<Item, Outcome> {
  readonly item: Item;
  outcome?: { readonly is: Outcome };
}

/** The number of keys whose last batch time is remembered. */
const KEYS_MAX = 1_000;

/**
 * Batches single requests that cost little more together than alone: items that arrive at a key
 * while a batch runs there, or soon after a batch of several, form one batch. A lone item never
 * waits, however often it repeats. Each key has one batch at a time.
 */
export function gathered<Key, Item, Outcome>(
  options: GatheredOptions<Key, Item, Outcome>,
): (key: Key, item: Item) => Promise<Outcome> {
  const groups = new Map<string, GroupCommit<Entry<Item, Outcome>>>();

  /**
   * Returns the group of a key, which is created if necessary. If there are too many, idle ones are
   * dropped.
   */
  function groupOf(key: Key): GroupCommit<Entry<Item, Outcome>> {
    const name = options.nameOf(key);
    const known = groups.get(name);
    if (known !== undefined) return known;
    if (groups.size >= KEYS_MAX) {
      for (const [other, { pending }] of groups) if (pending === 0) groups.delete(other);
    }
    const { batchMax, pendingMax, mayBeItsItems, failsAll } = options;
    const gathers = { ...options.gathers, onlyCrowds: true };
    const fresh = createGroupCommit<Entry<Item, Outcome>>({
      batchMax,
      pendingMax,
      gathers,
      mayBeItsItems,
      failsAll,
      concurrency: 1,
      nowMs: () => performance.now(),
      async flush(entries, settled) {
        const items = entries.map(({ item }) => item);
        const outcomes = await options.work(key, items, (place, is) => {
          const each = entries[place];
          if (each === undefined) return;
          each.outcome = { is };
          settled(place);
        });
        for (const [index, each] of entries.entries())
          each.outcome ??= { is: outcomes[index] as Outcome };
      },
    });
    groups.set(name, fresh);
    return fresh;
  }

  return async (key, item) => {
    const entry: Entry<Item, Outcome> = { item };
    await groupOf(key).add(entry);
    if (entry.outcome === undefined) throw new Error('a piece of work had no outcome for an item');
    return entry.outcome.is;
  };
}

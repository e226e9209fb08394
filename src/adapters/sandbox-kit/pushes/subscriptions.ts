import { SUBSCRIPTION_DEFAULTS, type Subscription, type Subscriptions } from '../carrier.ts';
import { seededHex } from '../samples/places-near.ts';

export interface SubscriptionBook {
  at(nowMs: number): Subscriptions;
  get(id: string): Subscription | null;
  list(): readonly Subscription[];
  /** Ends all subscriptions as if they had expired. */
  endAll(): void;
}

/** How the rest of the sandbox reacts to changed subscriptions. */
interface SubscriptionEvents {
  /** Called with the numbers that a subscription covers from now on; null: all of the account. */
  readonly onCovers: (subscription: Subscription, numbers: readonly string[] | null) => void;
}

/** Creates the record of a carrier's push subscriptions. */
export function createSubscriptionBook(
  seed: string,
  { onCovers }: SubscriptionEvents,
): SubscriptionBook {
  const book = new Map<string, Subscription>();
  let count = 0;
  const list = (): readonly Subscription[] => [...book.values()];
  return {
    at: (nowMs) => ({
      create(wanted) {
        count += 1;
        const id = wanted.id ?? seededHex(seed, 'subscription', count);
        const subscription = { ...SUBSCRIPTION_DEFAULTS, ...wanted, id, createdAtMs: nowMs };
        book.set(id, subscription);
        onCovers(subscription, subscription.numbers);
        return subscription;
      },
      get: (id) => book.get(id) ?? null,
      list: (account) => list().filter((each) => (account ?? each.account) === each.account),
      update(id, change) {
        const before = book.get(id);
        if (before === undefined) return null;
        const after = { ...before, ...change };
        book.set(id, after);
        const known = new Set(before.numbers);
        const more = (after.numbers ?? []).filter((number) => !known.has(number));
        if (more.length > 0) onCovers(after, more);
        return after;
      },
    }),
    get: (id) => book.get(id) ?? null,
    list,
    endAll() {
      for (const [id, each] of book) book.set(id, { ...each, state: 'ended' });
    },
  };
}

/** Whether a subscription gets pushes at this moment. */
export function isLive({ state, expiresAtMs }: Subscription, nowMs: number): boolean {
  return state === 'active' && (expiresAtMs === null || nowMs < expiresAtMs);
}

/**
 * A queue of values in the order of their times; of equal times, in the order in which they were
 * added.
 */
interface DueQueue<T> {
  add(dueMs: number, value: T): void;
  /** Removes and returns the earliest value, when it is due at `nowMs`; otherwise null. */
  take(nowMs: number): { readonly dueMs: number; readonly value: T } | null;
  readonly nextMs: number | null;
  readonly size: number;
}

interface Entry<T> {
  readonly dueMs: number;
  readonly order: number;
  readonly value: T;
}

/**
 * Creates a queue as a binary heap: a simulated week with a hundred thousand parcels has a million
 * entries.
 */
export function createDueQueue<T>(): DueQueue<T> {
  const heap: Entry<T>[] = [];
  let order = 0;
  const before = (a: Entry<T>, b: Entry<T>) => a.dueMs - b.dueMs || a.order - b.order;

  function siftUp(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!swapIfBefore(index, parent)) return;
      index = parent;
    }
  }

  function siftDown(): void {
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const [a, b] = [heap[left], heap[right]];
      if (a === undefined) return;
      const child = b !== undefined && before(b, a) < 0 ? right : left;
      if (!swapIfBefore(child, index)) return;
      index = child;
    }
  }

  function swapIfBefore(first: number, second: number): boolean {
    const [a, b] = [heap[first], heap[second]];
    if (a === undefined || b === undefined || before(a, b) >= 0) return false;
    heap[first] = b;
    heap[second] = a;
    return true;
  }

  return {
    add(dueMs, value) {
      order += 1;
      // Rounded up to whole milliseconds: a clock that shows nothing finer would never reach a
      // fraction.
      heap.push({ dueMs: Math.ceil(dueMs), order, value });
      siftUp(heap.length - 1);
    },
    take(nowMs) {
      const first = heap[0];
      if (first === undefined || first.dueMs > nowMs) return null;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        siftDown();
      }
      return { dueMs: first.dueMs, value: first.value };
    },
    get nextMs() {
      return heap[0]?.dueMs ?? null;
    },
    get size() {
      return heap.length;
    },
  };
}

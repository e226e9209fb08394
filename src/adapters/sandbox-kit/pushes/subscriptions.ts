import type { Subscription, Subscriptions } from '../carrier.ts';
import { seededHex } from '../samples/seeded.ts';

export interface SubscriptionBook {
  at(nowMs: number): Subscriptions;
  get(id: string): Subscription | null;
  list(): readonly Subscription[];
  /** Ends all of them as if their time were over. */
  endAll(): void;
}

/** The rest of the sandbox's reactions to changed subscriptions. */
export interface SubscriptionEvents {
  /** Numbers it covers from now on; null: all of the account. */
  readonly onCovers: (subscription: Subscription, numbers: readonly string[] | null) => void;
}

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
        const subscription = { ...wanted, id, createdAtMs: nowMs };
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

/** Whether it is pushed to at this moment. */
export function isLive({ state, expiresAtMs }: Subscription, nowMs: number): boolean {
  return state === 'active' && (expiresAtMs === null || nowMs < expiresAtMs);
}

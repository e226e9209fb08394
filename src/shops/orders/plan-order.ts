import { numbersIn } from '../../kernel/numbers/several.ts';
import type { ShopOrder, ShopParcel } from '../contract.ts';
import { plainNumber } from '../plain-number.ts';

/** What the hub knows of an order; null in its place: nothing. */
export interface KnownOrder {
  readonly state: 'unread' | OrderState | 'deleted';
  readonly parcels: readonly KnownParcel[];
}

/** `ignored`: it was placed before what the merchant imports. */
export type OrderState = 'open' | 'cancelled' | 'ignored';

export interface KnownParcel {
  /** The hash of its number. */
  readonly hash: string;
  readonly isRemoved: boolean;
  /** It could not be registered. */
  readonly hasProblem: boolean;
  /** Its shipment was deleted. */
  readonly isErased: boolean;
}

interface OrderPlan {
  readonly state: OrderState;
  /** Whether it waits for a tracking number. */
  readonly waits: boolean;
  /** New numbers, and those that could not be registered before. */
  readonly register: readonly (ShopParcel & { readonly hash: string })[];
  /** Hashes of numbers that the order names no longer. */
  readonly remove: readonly string[];
  /** Hashes of removed numbers that it names again. */
  readonly restore: readonly string[];
}

/** Numbers of an order beyond these are ignored: no order has them. */
const PARCELS_MAX = 200;

/**
 * Decides what follows from an order as the shop has it now. The same again changes nothing. A
 * number that it names twice, in whatever spelling, is one parcel; two in one field are two. Pure.
 */
export function planOrder(
  known: KnownOrder | null,
  order: ShopOrder,
  { importsFromMs, hashOf }: { importsFromMs: number; hashOf: (number: string) => string },
): OrderPlan {
  const named = new Map<string, ShopParcel & { hash: string }>();
  const each = order.parcels.flatMap((parcel) =>
    numbersIn(parcel.trackingNumber).map((trackingNumber) => ({ ...parcel, trackingNumber })),
  );
  for (const parcel of each.slice(0, PARCELS_MAX)) {
    // A dash alone is no number, and is refused by name.
    const number = plainNumber(parcel.trackingNumber) || parcel.trackingNumber.trim();
    if (number === '') continue;
    const hash = hashOf(number);
    if (!named.has(hash)) named.set(hash, { ...parcel, hash });
  }
  const parcels = new Map((known?.parcels ?? []).map((each) => [each.hash, each]));
  const isNew = known === null || known.state === 'unread' || known.state === 'ignored';
  const isTooOld = isNew && parcels.size === 0 && order.orderedAtMs < importsFromMs;
  const state = order.isCancelled ? 'cancelled' : isTooOld ? 'ignored' : 'open';
  const isOpen = state === 'open';
  return {
    state,
    waits: isOpen && named.size === 0,
    register: isOpen ? [...named.values()].filter(({ hash }) => isMissing(parcels.get(hash))) : [],
    remove: [...parcels.values()]
      .filter(({ hash, isRemoved }) => !isRemoved && !named.has(hash))
      .map(({ hash }) => hash),
    restore: [...parcels.values()]
      .filter(({ hash, isRemoved }) => isRemoved && named.has(hash))
      .map(({ hash }) => hash),
  };
}

function isMissing(parcel: KnownParcel | undefined): boolean {
  return parcel === undefined || parcel.hasProblem;
}

import { z } from 'zod';
import { looseCode, looseNumber, looseText } from '../kernel/wire/loose.ts';
import type { ShopItem } from './contract.ts';

/** Parts of orders that platforms' schemas and parsers share. */

/** An id as text; what has none, or one that cannot be stored, is no order or item. */
export const shopId = looseCode.pipe(z.string());

/** An item in a shop's answer. */
export const shopItem = z.object({ id: shopId, name: looseText, quantity: looseNumber });

export function itemsOf(items: readonly (z.output<typeof shopItem> | null)[]): ShopItem[] {
  return items.flatMap((item) =>
    item === null ? [] : [{ id: item.id, name: item.name ?? '', quantity: item.quantity ?? 1 }],
  );
}

/** Null: neither name is known. */
export function fullName(first: string | undefined, last: string | undefined): string | null {
  return [first, last].filter(Boolean).join(' ') || null;
}

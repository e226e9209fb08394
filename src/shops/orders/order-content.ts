import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { ShopOrder } from '../contract.ts';

/** What is stored of an order, for pages and messages. */
export interface StoredOrderContent {
  readonly number: string;
  readonly locale: string | null;
  readonly items: ShopOrder['items'];
}

/** Opens the content of an order; null: it was erased, or not read yet. */
export function openContent(
  sealer: Pick<EnvelopeSealer, 'open'>,
  { content, dataKey }: { readonly content: Buffer | null; readonly dataKey: Buffer | null },
): StoredOrderContent | null {
  if (content === null || dataKey === null) return null;
  const text = Buffer.from(sealer.open(content, dataKey)).toString('utf8');
  return JSON.parse(text) as StoredOrderContent;
}

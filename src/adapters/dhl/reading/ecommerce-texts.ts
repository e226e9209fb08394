import { TEXTS } from './texts.ts';

const { ecommerce: IDS_BY_TEXT } = TEXTS;

const FIRST_ID = new Map(
  Object.values(IDS_BY_TEXT).flatMap((ids) => ids.map((id) => [id, ids[0] ?? id])),
);

/** The event id behind a text, in any case and spacing; null when no id is documented for it. */
export function ecommerceIdOf(text: string | null): string | null {
  // The list itself writes some of its dashes long ("delivered to pick-up location – customer notified").
  const folded = text?.trim().toLowerCase().replace(/\s+/g, ' ').replace(/[–—]/g, '-') ?? '';
  return Object.hasOwn(IDS_BY_TEXT, folded) ? (IDS_BY_TEXT[folded]?.[0] ?? null) : null;
}

/** The id that stands for `id` and those with its text, so that both services name an event alike. */
export function canonicalEcommerceId(id: string): string {
  return FIRST_ID.get(id) ?? id;
}

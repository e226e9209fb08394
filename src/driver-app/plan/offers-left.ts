/** As many as the hub tells at once, the newest first. */
export const OFFERS_REMEMBERED = 20;

interface AnnouncedOffer {
  readonly id: string;
}

/**
 * Which offers are open no more, by what the hub told before and tells now. Where it tells as many as it
 * does at once, one that is missing may just be older than those: nothing is known of it. Pure.
 *
 * @example offersLeft([{ id: 'a' }, { id: 'b' }], [{ id: 'b' }]) // ['a']
 */
export function offersLeft(
  before: readonly AnnouncedOffer[],
  now: readonly AnnouncedOffer[],
): readonly string[] {
  if (now.length >= OFFERS_REMEMBERED) return [];
  const open = new Set(now.map(({ id }) => id));
  return before.flatMap(({ id }) => (open.has(id) ? [] : [id]));
}

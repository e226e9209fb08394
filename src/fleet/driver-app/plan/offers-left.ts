/** How many offers the hub sends at once, newest first. */
export const OFFERS_REMEMBERED = 20;

interface AnnouncedOffer {
  readonly id: string;
}

/**
 * Which offers are no longer open, given the hub's previous list and the current one. If the
 * current list is full, a missing offer may just be older than those in it: then its state is
 * unknown. Pure.
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

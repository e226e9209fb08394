import type { Milestone } from '../contract.ts';

/** Milestones that tell of a day: of both the later one counts. */
export const DAYS_TOLD: readonly Milestone[] = ['edd_changed', 'delay_predicted'];

/** A day that moves again so soon may move once more: it is told when it has stayed that long. */
const SETTLES_MS = 3_600_000;

/** From when on a day that moved is told; null: at once. @param lastMs when one was told last. */
export function settledMs(movedMs: number, lastMs: number | null): number | null {
  return lastMs !== null && movedMs - lastMs < SETTLES_MS ? movedMs + SETTLES_MS : null;
}

/** A message of a parcel to an address that tells of a day. */
export interface DayMessage {
  /** It tells that the day moved; else, of a day that is likely to be missed. */
  readonly ofMove: boolean;
  /** Of the news in the log. */
  readonly position: bigint;
  /** The day that it tells; null: none. */
  readonly day: string | null;
  /** It waits to be sent; else it was, or may have been. */
  readonly waits: boolean;
}

/**
 * What a day that moved is to an address that has others like it: a later move comes, so that this
 * one did not last (`since`); or it is where the day was when it was told last (`same`). Null: news.
 * Pure.
 *
 * @param others of the same parcel to the same address, in any order.
 */
export function dayAmong(
  { position, day }: Pick<DayMessage, 'position' | 'day'>,
  others: readonly DayMessage[],
): 'since' | 'same' | null {
  if (others.some((each) => each.ofMove && each.position > position)) {
    return 'since';
  }
  const [last] = others
    .filter((each) => !each.waits && each.position < position)
    .toSorted((a, b) => Number(b.position - a.position));
  return last?.ofMove === true && last.day === day ? 'same' : null;
}

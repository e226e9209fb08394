/**
 * A day that moves again soon may move once more: people are notified when it has been stable this
 * long.
 */
const SETTLES_MS = 3_600_000;

/** A message about a parcel to an address that names the expected day. */
export interface DayMessage {
  /** True: it announces that the day moved; false: that it will probably be missed. */
  readonly ofMove: boolean;
  /** The position of the event in the log. */
  readonly position: bigint;
  /** When the event was recorded in the log. */
  readonly recordedAtMs: number;
  /** The day in the message; null: none. */
  readonly day: string | null;
  /** True: not sent yet; false: sent, or possibly sent. */
  readonly waits: boolean;
}

/** How a moved day relates to the address's other messages of that kind. */
type DayVerdict =
  /** There is a later move, so this day is outdated. */
  | { readonly kind: 'outdated' }
  /** It moved again recently: decided again at that time. */
  | { readonly kind: 'settling'; readonly untilMs: number }
  /** It equals the day of the last notification. */
  | { readonly kind: 'known' }
  /** `corrects`: another day was sent, which is wrong by now, even if a window is open. */
  | { readonly kind: 'new'; readonly corrects: boolean };

/**
 * Compares a message about a moved day with the address's other messages of that kind. Pure.
 *
 * @param others messages about the same parcel to the same address, in any order.
 * @param nowMs null: the day need not settle, because the reader is a machine, which tolerates many
 *   updates.
 */
export function dayAmong(
  { position, day, recordedAtMs }: Pick<DayMessage, 'position' | 'day' | 'recordedAtMs'>,
  others: readonly DayMessage[],
  nowMs: number | null,
): DayVerdict {
  if (others.some((each) => each.ofMove && each.position > position)) return { kind: 'outdated' };
  const before = others
    .filter((each) => each.position < position)
    .toSorted((a, b) => Number(b.position - a.position));
  const [last] = before;
  if (nowMs !== null && last !== undefined && last.day !== day) {
    const untilMs = recordedAtMs + SETTLES_MS;
    if (recordedAtMs - last.recordedAtMs < SETTLES_MS && nowMs < untilMs) {
      return { kind: 'settling', untilMs };
    }
  }
  const sent = before.find(({ waits }) => !waits);
  if (sent?.ofMove === true && sent.day === day) return { kind: 'known' };
  return { kind: 'new', corrects: sent !== undefined && sent.day !== day };
}

/** A day that moves again so soon may move once more: people are notified when it has stayed that long. */
const SETTLES_MS = 3_600_000;

/** A message about a parcel to an address that names the expected day. */
export interface DayMessage {
  /** It says that the day moved; else, that a day is likely to be missed. */
  readonly ofMove: boolean;
  /** Of the event in the log. */
  readonly position: bigint;
  /** When the log took that event in. */
  readonly recordedAtMs: number;
  /** The day that it names; null: none. */
  readonly day: string | null;
  /** It waits to be sent; else it was, or may have been. */
  readonly waits: boolean;
}

/** What a day that moved is to an address, beside its other messages of that kind. */
export type DayVerdict =
  /** A later move is there, so this one did not last. */
  | { readonly kind: 'outdated' }
  /** It moved again so soon: looked at once more then. */
  | { readonly kind: 'settling'; readonly untilMs: number }
  /** It is where it was when the address was last notified. */
  | { readonly kind: 'known' }
  /** `corrects`: another day was sent, which is wrong by now, whatever window is open. */
  | { readonly kind: 'new'; readonly corrects: boolean };

/**
 * Pure.
 *
 * @param others about the same parcel to the same address, in any order.
 * @param nowMs null: it need not settle, as machines do not mind.
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

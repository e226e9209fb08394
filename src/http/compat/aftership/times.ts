import { formatOffset, wallClockMs } from '../../../kernel/time/place-time.ts';

const MINUTE_MS = 60_000;
/** `2026-03-10` */
const DATE_CHARS = 10;
/** `2026-03-10T12:00:00` */
const SECOND_CHARS = 19;

/** When something happened: as an instant, and by the clock at its place; null if unknown. */
export interface PlacedTime {
  readonly occurredAt: string | null;
  readonly occurredLocal: string | null;
}

/**
 * The local time with its offset, as AfterShip writes the times of carriers: `YYYY-MM-DD`, with
 * `THH:mm:ss` if the carrier gave a time, and the offset if its zone is known.
 */
export function timeAtPlace({ occurredAt, occurredLocal }: PlacedTime): string | null {
  if (occurredLocal === null) return occurredAt === null ? null : utcTime(occurredAt);
  if (occurredLocal.length <= DATE_CHARS) return occurredLocal;
  const local = occurredLocal.padEnd(SECOND_CHARS, ':00');
  const wallMs = wallClockMs(local);
  if (occurredAt === null || wallMs === null) return local;
  return local + formatOffset(Math.round((wallMs - Date.parse(occurredAt)) / MINUTE_MS));
}

/** `2026-03-10T12:00:00+00:00`, as AfterShip writes its own times. */
export function utcTime(instant: string): string {
  return `${instant.slice(0, SECOND_CHARS)}+00:00`;
}

/**
 * A time as a carrier wrote it: the wall clock at the place, its precision, and the source of its
 * zone. The instant is derived once, when the report is parsed, and never guessed: without a zone
 * there is no instant, only an interval wide enough to contain it.
 */

/** How the zone is known, best first. The order is the first key of a fact's winning observation. */
export const ZONE_SOURCES = [
  'offset',
  'facility',
  'postal_code',
  'carrier_policy',
  'none',
] as const;
export type ZoneSource = (typeof ZONE_SOURCES)[number];

/** `none`: the carrier gave no time at all (a summary status). */
export type TimePrecision = 'second' | 'minute' | 'date' | 'none';

export interface PlaceTime {
  /**
   * Wall clock at the place: `YYYY-MM-DDTHH:mm:ss` (`.sss` behind it in facts of our own, never
   * in a carrier's), `YYYY-MM-DDTHH:mm`, `YYYY-MM-DD` or null.
   */
  readonly local: string | null;
  readonly precision: TimePrecision;
  readonly zoneSource: ZoneSource;
  /** Minutes east of UTC at that instant; null when the zone is unknown. */
  readonly offsetMin: number | null;
  /** IANA name when the zone was known by place or policy rather than by an offset. */
  readonly zone: string | null;
}

/** Closed interval of epoch milliseconds in which something certainly happened. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

export const NO_TIME: PlaceTime = {
  local: null,
  precision: 'none',
  zoneSource: 'none',
  offsetMin: null,
  zone: null,
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Zones in use lie within UTC−12 … UTC+14, so ±14 h holds every reading of a bare wall clock. */
export const UNKNOWN_ZONE_MS = 14 * 60 * MINUTE_MS;

const ZERO = '0'.charCodeAt(0);

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{3}))?)?)?$/;

/**
 * Epoch milliseconds of a wall clock read as if it were UTC; null when it is not a real date
 * (2026-02-30, 25:00). Accepts what `PlaceTime.local` may contain.
 */
export function wallClockMs(local: string): number | null {
  if (!LOCAL.test(local)) return null;
  // By position, which the pattern fixes, because it is fast: each fact's time is read several times.
  const y = Number(local.slice(0, 4));
  const [mo, d] = [twoDigits(local, 5), twoDigits(local, 8)];
  const [h, mi, s] = [twoDigits(local, 11), twoDigits(local, 14), twoDigits(local, 17)];
  const fraction = Number(local.slice(20));
  if (y < 1900 || y > 9998 || h > 23 || mi > 59 || s > 59) return null;
  const ms = Date.UTC(y, mo - 1, d, h, mi, s, fraction);
  const back = new Date(ms);
  if (back.getUTCMonth() !== mo - 1 || back.getUTCDate() !== d) return null;
  return ms;
}

/** The number at that place; 0 after the end of the text. */
function twoDigits(text: string, at: number): number {
  if (at >= text.length) return 0;
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** The instant (epoch ms) at which `time` begins, or null when its zone or time is unknown. */
export function instantMs(time: PlaceTime): number | null {
  if (time.local === null || time.offsetMin === null) return null;
  const wall = wallClockMs(time.local);
  return wall === null ? null : wall - time.offsetMin * MINUTE_MS;
}

/**
 * The interval of a reading (fold.md, "A fact's interval"). `firstReceivedMs` closes the
 * interval of a status that came without any time.
 */
export function intervalOf(time: PlaceTime, firstReceivedMs: number): Interval {
  const wall = time.local === null ? null : wallClockMs(time.local);
  if (wall === null || time.precision === 'none') {
    return { lo: Number.NEGATIVE_INFINITY, hi: firstReceivedMs };
  }
  const width =
    time.precision === 'date' ? DAY_MS - 1 : time.precision === 'minute' ? MINUTE_MS - 1 : 0;
  if (time.offsetMin === null) {
    return { lo: wall - UNKNOWN_ZONE_MS, hi: wall + width + UNKNOWN_ZONE_MS };
  }
  const lo = wall - time.offsetMin * MINUTE_MS;
  return { lo, hi: lo + width };
}

/**
 * `-05:00`, `+05:30`, `-7:00`, `-04.00`, `Z` → minutes east of UTC; null when it is none of these.
 */
export function parseOffset(text: string): number | null {
  if (text === 'Z' || text === 'z') return 0;
  const m = /^([+-])(\d{1,2})(?:[:.]?(\d{2}))?$/.exec(text.trim());
  if (!m) return null;
  const minutes = Number(m[2]) * 60 + Number(m[3] ?? 0);
  if (minutes > 14 * 60 || Number(m[3] ?? 0) > 59) return null;
  return m[1] === '-' ? -minutes : minutes;
}

/** `-300` → `-05:00`. */
export function formatOffset(offsetMin: number): string {
  const abs = Math.abs(offsetMin);
  const hh = String(Math.floor(abs / 60)).padStart(2, '0');
  const mm = String(abs % 60).padStart(2, '0');
  return `${offsetMin < 0 ? '-' : '+'}${hh}:${mm}`;
}

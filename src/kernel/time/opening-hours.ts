/** Opening hours as carriers list them: in local time, for each ordinary week. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface OpeningHours {
  readonly weekday: Weekday;
  /** `09:00` */
  readonly opens: string;
  /** `18:00`; `24:00` is the end of the day. A time not later than `opens` is on the next day. */
  readonly closes: string;
}

/** Days in a row with the same hours. */
export interface OpeningLine {
  /** `Mon–Fri` */
  readonly days: string;
  /** `9:00 AM–6:00 PM`, several with commas. */
  readonly times: string;
}

interface HoursWords {
  /** Short names of the days, from Monday on. */
  readonly days: readonly string[];
  /** The words for midnight to midnight. */
  readonly roundTheClock: string;
  /** Formats `09:00` for the reader. */
  readonly time: (clock: string) => string;
}

/**
 * Returns a week of opening hours in as few lines as possible; days on which it is closed are left
 * out. Pure.
 */
export function openingLines(
  hours: readonly OpeningHours[],
  { days, roundTheClock, time }: HoursWords,
): readonly OpeningLine[] {
  // `24:00` is midnight, as any clock on a wall shows it.
  const clock = (text: string) => time(text === '24:00' ? '00:00' : text);
  const lines: { from: number; to: number; times: string }[] = [];
  for (const [day, weekday] of WEEKDAYS.entries()) {
    const times = hours
      .filter((each) => each.weekday === weekday)
      .map(({ opens, closes }) =>
        isWholeDay(opens, closes) ? roundTheClock : `${clock(opens)}–${clock(closes)}`,
      )
      .join(', ');
    if (times === '') continue;
    const last = lines.at(-1);
    if (last !== undefined && last.to === day - 1 && last.times === times) last.to = day;
    else lines.push({ from: day, to: day, times });
  }
  return lines.map(({ from, to, times }) => ({
    days: from === to ? (days[from] ?? '') : `${days[from]}–${days[to]}`,
    times,
  }));
}

/** Carriers write the end of the day in three ways. */
function isWholeDay(opens: string, closes: string): boolean {
  return opens === '00:00' && ['00:00', '23:59', '24:00'].includes(closes);
}

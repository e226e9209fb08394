import type { OpeningHours } from '../../../adapters/contract-extras.ts';
import { WEEKDAYS } from '../../../adapters/contract-extras.ts';
import type { WallClockFormats } from './wall-clock.ts';

/** Days in a row with the same hours. */
export interface OpeningLine {
  /** `Mon–Fri` */
  readonly days: string;
  /** `9:00 AM–6:00 PM`, several with commas. */
  readonly times: string;
}

/**
 * A week of opening hours in as few lines as it takes; days on which it is shut are left out.
 *
 * @param days their short names, from Monday on.
 * @param roundTheClock what stands for midnight to midnight.
 */
export function hoursOf(
  hours: readonly OpeningHours[],
  days: readonly string[],
  formats: Pick<WallClockFormats, 'time'>,
  roundTheClock: string,
): readonly OpeningLine[] {
  const lines: { from: number; to: number; times: string }[] = [];
  for (const [day, weekday] of WEEKDAYS.entries()) {
    const times = hours
      .filter((each) => each.weekday === weekday)
      .map(({ opens, closes }) =>
        isWholeDay(opens, closes)
          ? roundTheClock
          : `${clock(opens, formats)}–${clock(closes, formats)}`,
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

/** `24:00` is midnight, as any clock on a wall shows it. */
function clock(time: string, formats: Pick<WallClockFormats, 'time'>): string {
  return formats.time(`2026-01-05T${time === '24:00' ? '00:00' : time}`) ?? time;
}

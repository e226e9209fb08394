import { addDays, daysBetween, type LocalDate, localTimeAt } from '../calendar/local-date.ts';
import type { PlaceCalendar } from '../calendar/place-calendar.ts';
import { type ArrivalCurve, shareBy } from './arrival-curve.ts';

/** First and last day of a window, inclusive. */
interface WholeDays {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;
/** Later arrivals are outside any window. */
const DAYS_MAX = 60;
/** Days after this share are not considered. */
const SHARE_MAX = 0.99;

/**
 * The fewest delivery days on which a share `coverage` of the parcels arrives, including the day by
 * which `middle` have arrived; of windows of equal length, the most likely. Arrivals on a day
 * without deliveries move to the next. An hour more or less through a clock change does not count
 * as a day.
 *
 * @param first the first day that counts; earlier arrivals move to it.
 */
export function fewestDays(
  curve: ArrivalCurve,
  { coverage, middle }: { readonly coverage: number; readonly middle: number },
  first: LocalDate,
  { zone, nextDeliveryDay }: { readonly zone: string } & Pick<PlaceCalendar, 'nextDeliveryDay'>,
): WholeDays {
  const [start] = curve.points;
  const today = localTimeAt(start.atMs, zone);
  const midnightMs = start.atMs + (DAY_MINUTES - today.minutes) * MINUTE_MS;
  const endOf = (day: LocalDate) => midnightMs + daysBetween(today.date, day) * DAY_MS;
  const days: LocalDate[] = [];
  const arrivedBy: number[] = [];
  for (let day = nextDeliveryDay(first); days.length < DAYS_MAX; ) {
    const share = shareBy(curve, endOf(day));
    days.push(day);
    arrivedBy.push(share);
    if (share >= SHARE_MAX) break;
    day = nextDeliveryDay(addDays(day, 1));
  }
  const [from, to] = shortestRun(arrivedBy, coverage, middle);
  return { from: days[from] ?? first, to: days[to] ?? days.at(-1) ?? first };
}

/**
 * Returns the indexes of the first and last day of the shortest run that covers `coverage` of the
 * arrivals and includes the day on which `middle` is reached; of equally short runs, the one that
 * covers most.
 *
 * @param arrivedBy the share of parcels that have arrived by the end of each day.
 */
function shortestRun(
  arrivedBy: readonly number[],
  coverage: number,
  middle: number,
): readonly [from: number, to: number] {
  const last = arrivedBy.length - 1;
  const covered = (from: number, to: number) => (arrivedBy[to] ?? 1) - (arrivedBy[from - 1] ?? 0);
  const reached = arrivedBy.findIndex((share) => share >= middle);
  const middleDay = reached === -1 ? last : reached;
  let best: readonly [number, number] = [0, last];
  for (let from = 0, to = middleDay; from <= middleDay; from += 1) {
    while (to < last && covered(from, to) < coverage) to += 1;
    if (covered(from, to) < coverage) break;
    const longer = to - from - (best[1] - best[0]);
    if (longer < 0 || (longer === 0 && covered(from, to) > covered(...best))) best = [from, to];
  }
  return best;
}

import { type OpenParcel, type Parcel, type ParcelStop, usableStops } from '../sample/parcel.ts';

/** A parcel's progress at a moment: at its last scan, or after some days of silence. */
export interface Progress {
  readonly newest: ParcelStop;
  /** The stop before it; null: acceptance was. */
  readonly before: ParcelStop | null;
  readonly stops: number;
  /** Delivery attempts, and other problems. */
  readonly attempts: number;
  readonly setbacks: number;
  /** One of `SILENCES_DAYS`: the days without an update since then. */
  readonly silentDays: number;
  /** The newest stop's time plus the silent days. */
  readonly ms: number;
  readonly wallMs: number;
}

const DAY_MS = 86_400_000;

/**
 * A day of silence is information: the silences after which to predict again. In between, the
 * elapsed time is only cut off the distribution.
 */
const SILENCES_DAYS = [0, 1, 2, 4, 8] as const;

/** The progress at `nowMs`; null without an update since acceptance. */
export function progressAt(parcel: OpenParcel, nowMs: number): Progress | null {
  return progressOf(usableStops(parcel, nowMs), nowMs);
}

/** @param all its usable stops, including later ones. */
export function progressOf(all: readonly ParcelStop[], nowMs: number): Progress | null {
  const stops = all.filter(({ at }) => at.instantMs <= nowMs);
  const newest = stops.at(-1);
  if (newest === undefined) return null;
  const silence = (nowMs - newest.at.instantMs) / DAY_MS;
  const silentDays = SILENCES_DAYS.findLast((days) => days <= silence) ?? 0;
  const count = (wanted: ParcelStop['status']) =>
    stops.filter(({ status }) => status === wanted).length;
  return {
    newest,
    before: stops.at(-2) ?? null,
    stops: stops.length,
    silentDays,
    attempts: count('delivery_attempted'),
    setbacks: count('exception'),
    ms: newest.at.instantMs + silentDays * DAY_MS,
    wallMs: newest.at.wallMs + silentDays * DAY_MS,
  };
}

/** A moment with new information about a parcel: a scan, or some days of silence. */
export interface StageMoment {
  readonly ms: number;
  /** True: a report; false: some days without one. */
  readonly isStop: boolean;
  /** The state at this moment is used for training. */
  readonly isLesson: boolean;
}
/** With many scans of one status, later ones are alike: fewer of them become lessons. */
const LESSON_NRS: ReadonlySet<number> = new Set([1, 2, 3, 5, 8, 13, 21, 34]);
const LESSONS_MAX = 16;

/**
 * The moments of a parcel, in order of time. Only what was known then decides which are lessons:
 * choosing, say, the last scan before the delivery would reveal that nothing came in between.
 *
 * @param untilMs the end of what is known of all parcels.
 */
export function momentsOf(parcel: Parcel, untilMs: number): readonly StageMoment[] {
  const stops = usableStops(parcel, untilMs);
  const moments: StageMoment[] = [];
  const seen = new Set<ParcelStop['status']>();
  const endMs = parcel.deliveredAt?.instantMs ?? untilMs + 1;
  let lessons = 0;
  for (const [index, { at, status }] of stops.entries()) {
    const nextMs = stops[index + 1]?.at.instantMs ?? endMs;
    // Simultaneous stops count as one.
    if (nextMs === at.instantMs) continue;
    const isTelling =
      status === 'out_for_delivery' || !seen.has(status) || LESSON_NRS.has(index + 1);
    seen.add(status);
    for (const days of SILENCES_DAYS) {
      const ms = at.instantMs + days * DAY_MS;
      const isStop = days === 0;
      if (!isStop && (!isTelling || ms >= nextMs)) break;
      const isLesson = isTelling && lessons < LESSONS_MAX;
      if (isStop || isLesson) moments.push({ ms, isStop, isLesson });
      lessons += isLesson ? 1 : 0;
    }
  }
  return moments;
}

import type { Parcel } from '../sample/parcel.ts';
import { type ParcelStop, usableStops } from '../sample/parcel-stop.ts';
import { SILENCES_DAYS } from './progress.ts';

/** A moment with new information about a parcel: a scan, or some days of silence. */
export interface StageMoment {
  readonly ms: number;
  /** True: a report; false: some days without one. */
  readonly isStop: boolean;
  /** The state at this moment is used for training. */
  readonly isLesson: boolean;
}

const DAY_MS = 86_400_000;
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
  for (const [nr, { at, status }] of stops.entries()) {
    const nextMs = stops[nr + 1]?.at.instantMs ?? endMs;
    // Simultaneous stops count as one.
    if (nextMs === at.instantMs) continue;
    const isTelling = status === 'out_for_delivery' || !seen.has(status) || LESSON_NRS.has(nr + 1);
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

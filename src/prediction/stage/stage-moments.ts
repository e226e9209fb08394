import type { Parcel } from '../sample/parcel.ts';
import { type ParcelStop, usableStops } from '../sample/parcel-stop.ts';
import { SILENCES_DAYS } from './progress.ts';

/** A moment at which more is known of a parcel than before: it was seen, or was not for long. */
export interface StageMoment {
  readonly ms: number;
  /** Something was reported; else nothing was for some days. */
  readonly isStop: boolean;
  /** Something is learned from what was known then. */
  readonly isLesson: boolean;
}

const DAY_MS = 86_400_000;
/** Scans of which each status has many are alike: of the later ones fewer are learned from. */
const LESSON_NRS: ReadonlySet<number> = new Set([1, 2, 3, 5, 8, 13, 21, 34]);
const LESSONS_MAX = 16;

/**
 * Those of a parcel, in the order of time. Which are lessons is decided by what was known then:
 * a choice of, say, the last scan before the delivery would know that nothing came between.
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
    // Stops at the same time are one.
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

import type { Dates } from '../calibration/calibrator.ts';
import { type Followed, Learner } from '../model/learner.ts';
import type { Moment } from '../sample/moment.ts';
import type { Parcel } from '../sample/parcel.ts';

export interface Predicted {
  readonly parcel: Parcel;
  readonly dates: Dates;
}

export interface WalkOptions {
  /** From when on dates are predicted. */
  readonly fromMs: number;
  readonly seed: number;
}

/** Calibration needs predictions that came true: it begins so long before the first that counts. */
const WARM_UP_DAYS = 45;
/** Trees are grown anew after so long, and when there is so much more to learn from. */
const RELEARN_DAYS = 28;
const RELEARN_GROWTH = 1.1;
const DAY_MS = 86_400_000;

interface Event {
  readonly ms: number;
  readonly nr: number;
  readonly deliveredAt: Moment | null;
}

/**
 * Goes through parcels as time did: at each hand-over dates are predicted from what had been
 * delivered before that moment, and nothing else, as nothing else has been told. Ends with the
 * learner, which knows all of it.
 */
export function walk(
  parcels: readonly Parcel[],
  { fromMs, seed }: WalkOptions,
): { readonly predicted: readonly Predicted[]; readonly learner: Learner } {
  const learner = new Learner();
  const followed = new Map<number, Followed>();
  const predicted: Predicted[] = [];
  const warmFromMs = fromMs - WARM_UP_DAYS * DAY_MS;
  const isDue = relearning(learner, fromMs);
  for (const { ms, nr, deliveredAt } of eventsOf(parcels)) {
    const parcel = parcels[nr];
    if (parcel === undefined) continue;
    if (deliveredAt !== null) {
      const follow = followed.get(nr);
      if (follow !== undefined) learner.deliver(follow, deliveredAt);
      followed.delete(nr);
      continue;
    }
    const isPredicted = ms >= warmFromMs;
    if (isPredicted && isDue(ms)) learner.learn(ms, seed);
    const { deliveredAt: _, ...open } = parcel;
    const follow = learner.handOver(open, isPredicted);
    followed.set(nr, follow);
    if (ms >= fromMs && follow.watched !== null) {
      predicted.push({ parcel, dates: follow.watched.dates });
    }
  }
  return { predicted, learner };
}

/** In the order of time; what is delivered at the very moment of a hand-over is not before it. */
function eventsOf(parcels: readonly Parcel[]): readonly Event[] {
  const events: Event[] = [];
  for (const [nr, { handedOverAt, deliveredAt }] of parcels.entries()) {
    events.push({ ms: handedOverAt.instantMs, nr, deliveredAt: null });
    if (deliveredAt !== null) events.push({ ms: deliveredAt.instantMs, nr, deliveredAt });
  }
  const kind = ({ deliveredAt }: Event) => (deliveredAt === null ? 0 : 1);
  return events.sort((a, b) => a.ms - b.ms || kind(a) - kind(b) || a.nr - b.nr);
}

/** Before the first prediction, at the first that counts, and then when it is worth the time. */
function relearning(learner: Learner, fromMs: number): (nowMs: number) => boolean {
  let learnedAtMs = Number.NEGATIVE_INFINITY;
  let learnedFrom = 0;
  return (nowMs) => {
    const isFirst = learnedAtMs < fromMs && nowMs >= fromMs;
    const isOld = nowMs - learnedAtMs >= RELEARN_DAYS * DAY_MS;
    const hasMore = learner.lessons >= learnedFrom * RELEARN_GROWTH;
    if (!isFirst && !(isOld && hasMore)) return false;
    learnedAtMs = nowMs;
    learnedFrom = learner.lessons;
    return true;
  };
}

import { z } from 'zod';
import { instantOrNull, localDateOrNull } from '../../kernel/time/time-kinds.ts';
import { Calibrator, type Dates, type Watched } from '../calibration/calibrator.ts';
import { CodeBook, featuresOf } from '../features/feature-columns.ts';
import type { Forest, TrainingOptions } from '../gbdt/index.ts';
import { expectedLog } from '../lanes/comparison.ts';
import { LaneStatistics, type UnderWay } from '../lanes/lane-statistics.ts';
import {
  localDay,
  type Moment,
  type OpenParcel,
  type ParcelStop,
  usableStops,
} from '../sample/parcel.ts';
import { progressOf, type StageMoment } from '../stage/progress.ts';
import { Stage, type StageNotes } from '../stage/stage.ts';
import {
  aheadOf,
  calibrationGroup,
  curveFor,
  type Example,
  type LearnedAtAcceptance,
  trainForests,
} from './forests.ts';

const share = z.number().min(0).max(1).nullable();
const days = z.number().nullable();

/** What a model was made from, and how accurate its dates were before it was activated. */
export const modelCard = z
  .strictObject({
    /** Deliveries in its training data. */
    parcels: z.number().int().min(0),
    /** Days of the first acceptance and the last known event, in UTC. */
    first_day: localDateOrNull,
    last_day: localDateOrNull,
    seed: z.number().int().min(0),
    /** The last event known to the trees; statistics and calibration may know later ones. */
    trees_at: instantOrNull,
    /** The most important features, with their shares of importance. */
    features: z.array(
      z.strictObject({ name: z.string().max(100), share: z.number().min(0).max(1) }),
    ),
    /** Dates predicted at acceptance in the last weeks of a replay; null without any. */
    last_weeks: z.strictObject({
      n: z.number().int().min(0),
      mae_days: days,
      late_share: share,
      within_1_day: share,
      bias_days: days,
      coverage_80: share,
      width_80_days: days,
    }),
  })
  .meta({ id: 'ModelCard' });
export type ModelCard = z.infer<typeof modelCard>;

/** This share of all parcels arrives within the longest usual time. */
const SHARE = 0.9;
const DAYS = { least: 3, most: 30 } as const;

/**
 * The number of days after which nearly all parcels have arrived, if they take as long as these
 * did.
 */
export function longestUsualDays(transitDays: readonly number[]): number {
  const days = Float64Array.from(transitDays).sort();
  const usual = days[Math.floor(days.length * SHARE)] ?? DAYS.least;
  return Math.min(Math.max(usual, DAYS.least), DAYS.most);
}

/** A parcel whose acceptance the learner has recorded. */
export interface TrackedParcel {
  readonly parcel: OpenParcel;
  readonly underWay: UnderWay;
  readonly row: Float64Array;
  /** Null when nothing was predicted for it. */
  readonly watched: Watched | null;
  /** Includes later ones; `pass` reports which have happened. */
  readonly stops: readonly ParcelStop[];
  /** Predictions made en route. */
  readonly notes: StageNotes;
}

interface Lesson extends Example {
  readonly days: number;
  readonly handedOverMs: number;
}

const DAY_MS = 86_400_000;
/** At the beginning of a history, lanes are unknown for this many days. */
const UNKNOWN_LANES_DAYS = 60;
/**
 * The minimum share of deliveries that must remain; with fewer, those first days are not left out
 * of training.
 */
const LEFT_MIN = 0.7;

/**
 * Learns from parcels as they come: statistics of lanes, trees over what was known at each
 * acceptance, calibration from what came true. It receives events in order of time, and knows of a
 * delivery from then on.
 */
export class Learner {
  readonly #statistics: LaneStatistics;
  readonly #calibrator: Calibrator;
  readonly #book: CodeBook;
  readonly #stage: Stage;
  #forests: readonly Forest[];
  readonly #lessons: Lesson[] = [];

  constructor(known: Partial<Learned> = {}) {
    this.#statistics = known.statistics ?? new LaneStatistics();
    this.#calibrator = known.calibrator ?? new Calibrator();
    this.#book = known.book ?? new CodeBook();
    this.#stage = known.stage ?? new Stage();
    this.#forests = known.forests ?? [];
  }

  /** Number of deliveries for training. */
  get lessons(): number {
    return this.#lessons.length;
  }

  accept(parcel: OpenParcel, isPredicted: boolean): TrackedParcel {
    const { instantMs } = parcel.handedOverAt;
    const standing = this.#statistics.standing(parcel, instantMs);
    const row = this.#book.encode({ parcel, standing });
    const underWay = this.#statistics.accept(parcel, standing);
    const stops = usableStops(parcel, Infinity);
    const tracked = { parcel, underWay, row, stops, notes: [] };
    if (!isPredicted) return { ...tracked, watched: null };
    const curve = curveFor(this.#forests, row, underWay.expected);
    const group = calibrationGroup(parcel);
    const when = { nowMs: instantMs, handedOverWallMs: parcel.handedOverAt.wallMs };
    return { ...tracked, watched: this.#calibrator.watch(curve, group, when) };
  }

  /** Records that a parcel was seen en route, or was silent for some time. */
  pass(
    { parcel, stops, watched, notes }: TrackedParcel,
    { ms, isStop, isLesson }: StageMoment,
  ): void {
    const progress = progressOf(stops, ms);
    if (progress === null) return;
    // Predictions from before there were trees would teach about other moments than those queried.
    if (isLesson && watched !== null) {
      const ahead = aheadOf(this.learned(), parcel, { nowMs: ms, wallMs: progress.wallMs });
      this.#stage.note(notes, parcel, progress, ahead);
    }
    if (isStop) this.#stage.record(parcel, progress);
  }

  deliver({ parcel, underWay, row, watched, notes }: TrackedParcel, deliveredAt: Moment): void {
    const { handedOverAt } = parcel;
    const days = Math.max(0, (deliveredAt.wallMs - handedOverAt.wallMs) / DAY_MS);
    const ms = deliveredAt.instantMs;
    this.#statistics.deliver(underWay, ms, days);
    const target = Math.log(days + 1) - underWay.expected;
    this.#lessons.push({ row, target, days, handedOverMs: handedOverAt.instantMs });
    const day = localDay(deliveredAt.wallMs);
    if (watched !== null) this.#calibrator.deliver(watched, { ms, day, days });
    this.#stage.deliver(notes, parcel, deliveredAt);
  }

  /** Trains new trees on what has been delivered by `nowMs`. */
  learn(nowMs: number, training: TrainingOptions): void {
    const upTo = nowMs - longestUsualDays(this.#lessons.map(({ days }) => days)) * DAY_MS;
    const examples = this.#examplesUpTo(upTo);
    this.#forests = trainForests(examples, featuresOf(examples.map(({ row }) => row)), training);
    this.#stage.learn(upTo, training);
  }

  /** Predicts with these trees from now on; they were trained with this learner's code books. */
  useForests(forests: readonly Forest[], onTheWay: readonly Forest[]): void {
    this.#forests = forests;
    this.#stage.useForests(onTheWay);
  }

  /** Dates for a parcel without an announced date, as of `nowMs`. */
  score(parcel: OpenParcel, nowMs: number): Dates {
    const standing = this.#statistics.standing(parcel, nowMs);
    const row = this.#book.encode({ parcel, standing });
    const curve = curveFor(this.#forests, row, expectedLog(standing));
    const { instantMs, wallMs } = parcel.handedOverAt;
    const when = { nowMs, handedOverWallMs: wallMs };
    const elapsedDays = Math.max(0, (nowMs - instantMs) / DAY_MS);
    return this.#calibrator.dates(curve, calibrationGroup(parcel), when, elapsedDays);
  }

  /** Processes all days that have ended by `nowMs`, so that the state is complete. */
  settle(nowMs: number): void {
    this.#statistics.settle(nowMs);
    this.#calibrator.settle(nowMs);
    this.#stage.settle(nowMs);
  }

  learned(): Learned {
    return {
      statistics: this.#statistics,
      calibrator: this.#calibrator,
      book: this.#book,
      forests: this.#forests,
      stage: this.#stage,
    };
  }

  /**
   * The rows for training up to that day. Of the latest acceptances only the quick parcels have
   * arrived, and training on those would teach that all are quick. So acceptances count only once
   * nearly all of their parcels have arrived.
   */
  #examplesUpTo(upTo: number): readonly Example[] {
    const settled = this.#lessons.filter(({ handedOverMs }) => handedOverMs < upTo);
    const first = settled.reduce((least, { handedOverMs }) => Math.min(least, handedOverMs), upTo);
    const from = first + UNKNOWN_LANES_DAYS * DAY_MS;
    const later = settled.filter(({ handedOverMs }) => handedOverMs >= from);
    return later.length >= LEFT_MIN * settled.length ? later : settled;
  }
}

export interface Learned extends LearnedAtAcceptance {
  readonly stage: Stage;
}

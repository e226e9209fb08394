import { daysBetween, type LocalDate } from '../calendar/local-date.ts';
import { CURVE_SHARES, type Curve, curveOf, timeOf } from '../calibration/curve.ts';
import { arrivalCurve } from '../chain/arrival-curve.ts';
import { fewestDays } from '../chain/whole-days.ts';
import { type Forest, predict, type TrainingOptions } from '../gbdt/index.ts';
import { type Example, trainForests } from '../model/forests.ts';
import { localDay, type Moment, type OpenParcel, usableStops } from '../sample/parcel.ts';
import { daysOfLog, LegHistory, logDays } from './leg-history.ts';
import type { Progress } from './progress.ts';
import { type Ahead, GuessTrust, STAGE_FEATURES, StageBook } from './stage-features.ts';
import { type PredictedWindow, StageLevels } from './stage-levels.ts';

/** A prediction made en route, until its result is known. */
export interface StageNote {
  readonly row: Float64Array;
  readonly status: string;
  /** See `StageLevels`. */
  readonly group: string;
  readonly wallMs: number;
  /** All in ln(days + an hour): the model's guess, the history's, and the combined one. */
  readonly model: number;
  readonly history: number;
  readonly guess: number;
  /** Null: there were no trees yet. */
  readonly window: PredictedWindow | null;
  /** The window by the date predicted at acceptance. */
  readonly atAcceptance: Pick<PredictedWindow, 'from' | 'middle' | 'to'>;
}

interface StageLesson extends Example {
  readonly handedOverMs: number;
}

/** All predictions made en route for one parcel. */
export type StageNotes = StageNote[];

interface StageLearned {
  readonly history: LegHistory;
  readonly trust: GuessTrust;
  readonly levels: StageLevels;
  readonly book: StageBook;
  readonly forests: readonly Forest[];
}

interface ShareAhead {
  readonly share: number;
  /** From the moment of the progress on. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
/** More lessons teach nothing more, and take minutes. */
const LESSONS_MAX = 40_000;
/** The shares that a model candidate needs (`Calibrator.quantiles`). */
const SHARES = [0.1, 0.25, 0.5, 0.75, 0.9, 0.94] as const;
/**
 * A calendar in which every day has deliveries: the model learns days without deliveries from the
 * deliveries themselves.
 */
const EVERY_DAY = { zone: 'UTC', nextDeliveryDay: (day: LocalDate) => day } as const;

/**
 * Learns from scans how much time is left: trees over what was known at each of them, calibrated
 * by status. Receives events in order of time, like the `Learner` it belongs to.
 */
export class Stage {
  readonly #history: LegHistory;
  readonly #trust: GuessTrust;
  #levels: StageLevels;
  readonly #book: StageBook;
  #forests: readonly Forest[];
  readonly #lessons: StageLesson[] = [];

  constructor(known: Partial<StageLearned> = {}) {
    this.#history = known.history ?? new LegHistory();
    this.#trust = known.trust ?? new GuessTrust();
    this.#levels = known.levels ?? new StageLevels();
    this.#book = known.book ?? new StageBook();
    this.#forests = known.forests ?? [];
  }

  /** Whether trees are trained. If not, dates en route are those of acceptance. */
  get isGrown(): boolean {
    return this.#forests.length > 0;
  }

  /** Learns from a parcel that was seen at a stop. */
  record(parcel: OpenParcel, progress: Progress): void {
    this.#history.record(parcel, progress);
  }

  /** Predicts the remaining time, to learn from it at the delivery. */
  note(notes: StageNotes, parcel: OpenParcel, progress: Progress, ahead: Ahead): void {
    const { row, model, history, guess } = this.#inputsOf(parcel, progress, ahead);
    const { wallMs, newest } = progress;
    const { status } = newest;
    const group = levelGroup(progress);
    const curve = this.isGrown ? this.#curve(row, guess) : null;
    const window = curve && {
      ...this.#levels.windowOf(group, curve),
      ...this.#daysOf(group, curve, wallMs),
    };
    const atAcceptance = { from: logDays(ahead[0]), middle: model, to: logDays(ahead[2]) };
    notes.push({ row, status, group, wallMs, model, history, guess, window, atAcceptance });
  }

  deliver(notes: StageNotes, parcel: OpenParcel, { instantMs, wallMs }: Moment): void {
    this.#levels.settle(instantMs);
    this.#history.deliver(parcel, usableStops(parcel, instantMs - 1), wallMs);
    for (const note of notes) {
      const days = Math.max(0, (wallMs - note.wallMs) / DAY_MS);
      const actual = logDays(days);
      this.#trust.record(note.status, note.model, note.history, actual);
      if (note.window !== null) {
        this.#levels.record(note.group, note.window, actual, localDay(wallMs));
      }
      const handedOverMs = parcel.handedOverAt.instantMs;
      this.#lessons.push({ row: note.row, target: actual - note.guess, handedOverMs });
    }
  }

  /**
   * Trains new trees on the parcels handed over before `upToMs`. The new trees have learned what
   * the levels compensated for: counted twice, windows would be too wide.
   */
  learn(upToMs: number, training: TrainingOptions): void {
    const settled = this.#lessons.filter(({ handedOverMs }) => handedOverMs < upToMs);
    const step = Math.ceil(settled.length / LESSONS_MAX);
    const lessons = settled.filter((_, index) => index % step === 0);
    this.#forests = trainForests(lessons, STAGE_FEATURES, training);
    this.#levels = new StageLevels();
  }

  /** Predicts with these trees from now on; they were trained with this book. */
  useForests(forests: readonly Forest[]): void {
    this.#forests = forests;
  }

  settle(nowMs: number): void {
    this.#levels.settle(nowMs);
  }

  /** The days from the moment of the progress by which these shares have arrived, ascending. */
  quantiles(parcel: OpenParcel, progress: Progress, ahead: Ahead): readonly ShareAhead[] {
    const { row, guess } = this.#inputsOf(parcel, progress, ahead);
    return this.#shares(levelGroup(progress), this.#curve(row, guess));
  }

  /** See `ModelCandidate`. */
  missedInDays(progress: Progress): number {
    return this.#levels.missedInDays(levelGroup(progress));
  }

  /** The input of one of the forests, to explain what moved the date. */
  row(parcel: OpenParcel, progress: Progress, ahead: Ahead, index: number) {
    return { row: this.#inputsOf(parcel, progress, ahead).row, forest: this.#forests[index] };
  }

  learned(): StageLearned {
    return {
      history: this.#history,
      trust: this.#trust,
      levels: this.#levels,
      book: this.#book,
      forests: this.#forests,
    };
  }

  #inputsOf(parcel: OpenParcel, progress: Progress, ahead: Ahead) {
    const comparison = this.#history.comparison(parcel, progress);
    const row = this.#book.encode({ parcel, progress, comparison, ahead });
    const model = logDays(ahead[1]);
    const history = comparison.usualRest;
    return {
      row,
      model,
      history,
      guess: this.#trust.guess(progress.newest.status, model, history),
    };
  }

  #shares(group: string, curve: Curve): readonly ShareAhead[] {
    const read = this.#levels.reader(group);
    return SHARES.map((share) => ({ share, days: daysOfLog(timeOf(curve, read(share))) }));
  }

  /** The window as it would be shown, ignoring days without deliveries. */
  #daysOf(group: string, curve: Curve, wallMs: number): Pick<PredictedWindow, 'fromDay' | 'toDay'> {
    const today = localDay(wallMs);
    const quantiles = this.#shares(group, curve).map(({ share, days }) => ({
      share,
      atMs: wallMs + days * DAY_MS,
    }));
    const arrivals = arrivalCurve(quantiles, wallMs);
    if (arrivals === null) return { fromDay: today, toDay: today };
    const coverage = 1 - this.#levels.missedInDays(group);
    const { from, to } = fewestDays(arrivals, { coverage, middle: 0.5 }, dateOf(today), EVERY_DAY);
    return {
      fromDay: today + daysBetween(dateOf(today), from),
      toDay: today + daysBetween(dateOf(today), to),
    };
  }

  #curve(row: Float64Array, guess: number): Curve {
    return curveOf(
      CURVE_SHARES.map(
        (_, index) => guess + (this.#forests[index] ? predict(this.#forests[index], row) : 0),
      ),
    );
  }
}

function dateOf(day: number): LocalDate {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The group of moments that are calibrated together. A silent parcel is less predictable than one
 * that was just scanned at the same status.
 */
function levelGroup({ newest, silentDays }: Progress): string {
  return silentDays === 0 ? newest.status : `${newest.status} silent`;
}

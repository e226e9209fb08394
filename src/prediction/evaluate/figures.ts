import { type CompletedParcel, isCompleted, localDay, type Parcel } from '../sample/parcel.ts';
import type { Predicted } from './backtest.ts';

/** The accuracy of single dates. Errors are calendar days, delivered − predicted. */
export interface PointFigures {
  readonly n: number;
  readonly maeDays: number;
  /** The share of parcels delivered after the date. */
  readonly lateShare: number;
  readonly within1Day: number;
  readonly biasDays: number;
}

interface WindowFigures {
  readonly coverage80: number;
  /** Days from the first date of a window to its last. */
  readonly width80Days: number;
}

export interface Figures extends PointFigures, WindowFigures {
  readonly byMonth: readonly MonthFigures[];
  readonly customerDate: {
    readonly lateShare: number;
    /** Of the parcels that had a promise. */
    readonly daysEarlierThanPromise: number;
  };
}

interface MonthFigures {
  /** The month of acceptance, `2026-11`. */
  readonly month: string;
  readonly n: number;
  readonly coverage80: number;
  readonly maeDays: number;
}

/** Figures for delivered parcels; `dayFor` returns null for a parcel without a date to judge. */
export function pointFigures<P extends Parcel>(
  parcels: readonly P[],
  dayFor: (parcel: P) => number | null,
): PointFigures {
  const errors: number[] = [];
  for (const parcel of parcels) {
    const day = dayFor(parcel);
    if (day === null || !isCompleted(parcel)) continue;
    errors.push(localDay(parcel.deliveredAt.wallMs) - day);
  }
  return {
    n: errors.length,
    maeDays: mean(errors.map(Math.abs)),
    lateShare: shareOf(errors, (error) => error > 0),
    within1Day: shareOf(errors, (error) => Math.abs(error) <= 1),
    biasDays: mean(errors),
  };
}

export function figuresOf(predicted: readonly Predicted[]): Figures {
  const outcomes = predicted.flatMap(({ parcel, dates }) =>
    isCompleted(parcel) ? [{ ...outcomeOf(parcel, dates), parcel, dates }] : [],
  );
  const months = new Map<string, (typeof outcomes)[number][]>();
  for (const outcome of outcomes) {
    const month = months.get(outcome.month);
    if (month === undefined) months.set(outcome.month, [outcome]);
    else month.push(outcome);
  }
  const days = new Map(predicted.map(({ parcel, dates }) => [parcel, dates.day]));
  return {
    ...pointFigures(
      predicted.map(({ parcel }) => parcel),
      (parcel) => days.get(parcel) ?? null,
    ),
    coverage80: shareOf(outcomes, ({ isCovered }) => isCovered),
    width80Days: mean(outcomes.map(({ dates }) => dates.toDay - dates.fromDay)),
    byMonth: [...months]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([month, of]) => ({
        month,
        n: of.length,
        coverage80: shareOf(of, ({ isCovered }) => isCovered),
        maeDays: mean(of.map(({ error }) => Math.abs(error))),
      })),
    customerDate: {
      lateShare: shareOf(outcomes, ({ isCustomerLate }) => isCustomerLate),
      daysEarlierThanPromise: mean(
        outcomes.flatMap(({ parcel: { promisedDay }, dates }) =>
          promisedDay === null ? [] : [promisedDay - dates.customerDay],
        ),
      ),
    },
  };
}

function outcomeOf(parcel: CompletedParcel, dates: Predicted['dates']) {
  const day = localDay(parcel.deliveredAt.wallMs);
  return {
    month: new Date(parcel.handedOverAt.wallMs).toISOString().slice(0, 7),
    error: day - dates.day,
    isCovered: day >= dates.fromDay && day <= dates.toDay,
    isCustomerLate: day > dates.customerDay,
  };
}

/** The mean of the values; NaN if there are none. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shareOf<T>(values: readonly T[], is: (value: T) => boolean): number {
  return values.filter(is).length / values.length;
}

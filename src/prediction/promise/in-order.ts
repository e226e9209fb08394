import type { Prediction } from '../chain/prediction.ts';

/** A service level's date, and the working days that the rule gives it on this lane. */
export interface LevelDate {
  readonly serviceLevel: string;
  readonly ruleDays: number;
  readonly prediction: Prediction;
}

/**
 * Corrects dates by the rule that contradict what the model knows about other service levels: on a
 * lane where standard parcels arrive within a day, express does not take the rule's two. The
 * model's dates never move. The rule's own days show which level is quicker; if they are equal,
 * neither is.
 */
export function inOrder<Level extends LevelDate>(dates: readonly Level[]): Level[] {
  return dates.map((own) => {
    const bound = own.prediction.source === 'rule' ? boundOf(own, dates) : null;
    if (bound === null) return own;
    const { date, from, to } = bound.prediction;
    const reason = { code: 'kept_in_order', service_level: bound.serviceLevel } as const;
    const reasons = [...own.prediction.reasons, reason];
    return { ...own, prediction: { ...own.prediction, date, from, to, reasons } };
  });
}

/**
 * The earliest date of a slower level, if it is earlier; else the latest of a quicker one, if it
 * is later.
 */
function boundOf(own: LevelDate, dates: readonly LevelDate[]): LevelDate | null {
  const day = dayOf(own);
  if (day === null) return null;
  const known = dates
    .filter(({ prediction }) => prediction.source === 'model' && prediction.date !== null)
    .sort((a, b) => ((dayOf(a) ?? '') < (dayOf(b) ?? '') ? -1 : 1));
  const slower = known.find((other) => other.ruleDays > own.ruleDays && (dayOf(other) ?? '') < day);
  const quicker = known.findLast(
    (other) => other.ruleDays < own.ruleDays && (dayOf(other) ?? '') > day,
  );
  return slower ?? quicker ?? null;
}

function dayOf({ prediction }: LevelDate): string | null {
  return prediction.date;
}

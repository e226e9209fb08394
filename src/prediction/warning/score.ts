/** The predicted probability that one promise would be missed, and its outcome. */
interface WarningOutcome {
  /** The highest probability predicted before the day was over. */
  readonly probability: number;
  readonly wasMissed: boolean;
}

export interface WarningFigures {
  /** The number of promises that came due. */
  readonly n: number;
  readonly missed: number;
  readonly warned: number;
  /** The share of the warnings that came true; null: there were none. */
  readonly precision: number | null;
  /** The share of the missed promises that had a warning; null: none was missed. */
  readonly recall: number | null;
  /** The mean squared error of the probabilities; null: nothing came due. */
  readonly brier: number | null;
}

/**
 * The figures of the warnings. A probability of `warn` or more counts as a warning; an outcome with
 * an invalid probability is left out.
 */
export function warningFigures(ledger: Iterable<WarningOutcome>, warn: number): WarningFigures {
  let [n, missed, warned, right, squares] = [0, 0, 0, 0, 0];
  for (const { probability, wasMissed } of ledger) {
    if (!(probability >= 0 && probability <= 1)) continue;
    const isWarned = probability >= warn;
    n += 1;
    if (wasMissed) missed += 1;
    if (isWarned) warned += 1;
    if (isWarned && wasMissed) right += 1;
    squares += (probability - (wasMissed ? 1 : 0)) ** 2;
  }
  return figuresOfWarnings({ n, missed, warned, right, squares });
}

/** The sums over outcomes, from which `figuresOfWarnings` computes the figures. */
interface WarningSums extends Pick<WarningFigures, 'n' | 'missed' | 'warned'> {
  /** The number of promises with a warning that were missed. */
  readonly right: number;
  /** The sum of the squared errors of the probabilities. */
  readonly squares: number;
}

/** Computes the figures of warnings from their sums. */
export function figuresOfWarnings({ n, missed, warned, right, squares }: WarningSums) {
  const part = (of: number, all: number) => (all === 0 ? null : of / all);
  const [precision, recall, brier] = [part(right, warned), part(right, missed), part(squares, n)];
  return { n, missed, warned, precision, recall, brier } satisfies WarningFigures;
}

/** What was said of one promise, and what came of it. */
export interface WarningOutcome {
  /** The highest that was said while the day was ahead. */
  readonly probability: number;
  readonly wasMissed: boolean;
}

export interface WarningFigures {
  /** Promises that came due. */
  readonly n: number;
  readonly missed: number;
  readonly warned: number;
  /** Part of the warnings that came true; null: there were none. */
  readonly precision: number | null;
  /** Part of the missed promises that were warned of; null: none was missed. */
  readonly recall: number | null;
  /** Mean square of what the probabilities were off by; null: nothing came due. */
  readonly brier: number | null;
}

/** A warning is a probability of `warn` or more. What is no probability is left out. */
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

/** What outcomes come to, added up by whoever holds them. */
export interface WarningSums extends Pick<WarningFigures, 'n' | 'missed' | 'warned'> {
  /** Warned of and missed. */
  readonly right: number;
  /** Sum of the squares of what the probabilities were off by. */
  readonly squares: number;
}

export function figuresOfWarnings({ n, missed, warned, right, squares }: WarningSums) {
  const part = (of: number, all: number) => (all === 0 ? null : of / all);
  const [precision, recall, brier] = [part(right, warned), part(right, missed), part(squares, n)];
  return { n, missed, warned, precision, recall, brier } satisfies WarningFigures;
}

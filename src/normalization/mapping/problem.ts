/**
 * One problem in a mapping or message file, described well enough to correct it without guessing.
 */
export interface MappingProblem {
  readonly file: string;
  /** The line, counted from 1; 0 for the whole file (missing, too large). */
  readonly line: number;
  readonly column: number;
  /** Only errors prevent a file from taking effect. */
  readonly severity: 'error' | 'warning';
  readonly found: string;
  readonly fix: string;
}

/**
 * Formats a problem as `config/x.yaml:12:5: error: … Fix: …`, which editors and terminals can open.
 */
export function formatProblem(problem: MappingProblem): string {
  const place = problem.line === 0 ? '' : `:${problem.line}:${problem.column}`;
  return `${problem.file}${place}: ${problem.severity}: ${problem.found} Fix: ${problem.fix}`;
}

/** Sorts problems by place in the file, so that a reader corrects from top to bottom. */
export function sortProblems(problems: readonly MappingProblem[]): MappingProblem[] {
  return [...problems].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
}

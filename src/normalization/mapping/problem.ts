/** One thing wrong with a mapping or message file, said so that it can be mended without a guess. */
export interface MappingProblem {
  readonly file: string;
  /** 1-based; 0 when the whole file is meant (missing, too large). */
  readonly line: number;
  readonly column: number;
  /** Only errors keep a file from taking effect. */
  readonly severity: 'error' | 'warning';
  readonly found: string;
  readonly fix: string;
}

/** `config/x.yaml:12:5: error: … Fix: …`, the shape editors and terminals can jump to. */
export function formatProblem(problem: MappingProblem): string {
  const place = problem.line === 0 ? '' : `:${problem.line}:${problem.column}`;
  return `${problem.file}${place}: ${problem.severity}: ${problem.found} Fix: ${problem.fix}`;
}

/** By place in the file, so that a reader mends from top to bottom. */
export function sortProblems(problems: readonly MappingProblem[]): MappingProblem[] {
  return [...problems].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
}

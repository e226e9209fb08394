/** The last line of every benchmark: one machine-readable JSON object. */
export interface BenchReport {
  readonly bench: string;
  /** The product's figure. */
  readonly value: number;
  readonly unit: string;
  /** The same figure of the bare baseline, measured in the same run. */
  readonly baseline: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Writes the report with `ratio`, which is value / baseline. */
export function report<T extends BenchReport>(figures: T): void {
  const ratio = Math.round((figures.value / figures.baseline) * 1_000) / 1_000;
  const { bench, value, unit, baseline, ...rest } = figures;
  process.stdout.write(`${JSON.stringify({ bench, value, unit, baseline, ratio, ...rest })}\n`);
}

/**
 * Whether `--short` was given, which is for CI: enough to show that the benchmark works, too little
 * to quote.
 */
export function isShort(): boolean {
  return process.argv.includes('--short');
}

/** Writes progress for people to stderr; stdout has the last line, for machines. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

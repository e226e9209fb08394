/** The median, the 99th percentile and the maximum of durations in ms; 0 without any. */
export function percentiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Reads the number after `--name`; `otherwise` if the option is absent. */
export function option(name: string, otherwise: number): number {
  const said = process.argv.indexOf(`--${name}`);
  if (said < 0) return otherwise;
  const value = Number(process.argv[said + 1]);
  if (!Number.isFinite(value)) throw new Error(`--${name} takes a number`);
  return value;
}

/** Reads the word after `--name`; null if the option is absent. */
export function word(name: string): string | null {
  const said = process.argv.indexOf(`--${name}`);
  return said < 0 ? null : (process.argv[said + 1] ?? null);
}

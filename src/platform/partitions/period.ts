/** How long a time one partition covers, in UTC. */
export type Period = 'day' | 'month';

/** A time from the first instant until before the second, in epoch ms. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Returns the period that contains an instant. */
export function periodAt(period: Period, atMs: number): Span {
  const at = new Date(atMs);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const day = at.getUTCDate();
  return period === 'day'
    ? { fromMs: Date.UTC(year, month, day), toMs: Date.UTC(year, month, day + 1) }
    : { fromMs: Date.UTC(year, month, 1), toMs: Date.UTC(year, month + 1, 1) };
}

/** Returns the period of an instant, and `ahead` further ones. */
export function periodsFrom(period: Period, atMs: number, ahead: number): Span[] {
  const spans = [periodAt(period, atMs)];
  for (let index = 0; index < ahead; index += 1) {
    spans.push(periodAt(period, (spans.at(-1) as Span).toMs));
  }
  return spans;
}

/**
 * Returns the part of a span that none of the others covers; null if they cover all of it. The
 * others must be sorted.
 */
export function uncovered(span: Span, others: readonly Span[]): Span | null {
  let { fromMs, toMs } = span;
  for (const other of others) {
    if (other.fromMs <= fromMs && other.toMs > fromMs) fromMs = other.toMs;
    else if (other.fromMs > fromMs && other.fromMs < toMs) toMs = other.fromMs;
  }
  return fromMs < toMs ? { fromMs, toMs } : null;
}

/** Returns a partition's name: `courier_positions_20260310` for a day, `…_202603` for a month. */
export function partitionName(table: string, { fromMs, toMs }: Span): string {
  const digits = new Date(fromMs).toISOString().slice(0, 10).replaceAll('-', '');
  const isMonth = toMs - fromMs > 27 * 86_400_000 && digits.endsWith('01');
  return `${table}_${isMonth ? digits.slice(0, 6) : digits}`;
}

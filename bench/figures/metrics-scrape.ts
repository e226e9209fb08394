/**
 * Reads a quantile of a histogram from `/metrics`: the upper bound of the bucket in which this
 * share of the observations ends; infinity beyond the last bucket.
 */
export async function scrape(url: URL, histogram: string, share: number): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const total = Number(new RegExp(`^${histogram}_count (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const buckets = text.matchAll(new RegExp(`^${histogram}_bucket\\{le="([^"]+)"\\} (\\d+)`, 'gm'));
  for (const [, bound = '', count = ''] of buckets) {
    if (Number(count) >= total * share) return bound === '+Inf' ? Infinity : Number(bound);
  }
  return Infinity;
}

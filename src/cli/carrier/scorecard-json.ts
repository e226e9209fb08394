import type { Scorecard } from '@waybill/adapter-kit';

/**
 * Returns a scorecard as `carrier test --json` prints it; without `checks` it is a
 * `scorecard.json`.
 */
export function scorecardJson(card: Scorecard) {
  const { carrier, level, passed, total, proven, checks, coverage } = card;
  return {
    carrier,
    level,
    checks_passed: passed,
    checks_total: total,
    capabilities: proven,
    exempt: checks
      .filter(({ state }) => state === 'exempt')
      .map(({ id, note }) => ({ id, why: note })),
    failing: checks.filter(({ state }) => state === 'fail' || state === 'skip').map(({ id }) => id),
    codes: coverage && {
      union: coverage.codes,
      mapped: coverage.mapped,
      unknown: coverage.unknown ?? 0,
      in_two_sources: coverage.confirmed ?? 0,
    },
    reviews: card.reviews,
    sources: card.sources.map(({ url, readOn }) => ({ url, read_on: readOn })),
    checks,
  };
}

/** Returns the text of a `scorecard.json`; `inputs` is the hash of its inputs, if requested. */
export function storedScorecard(card: Scorecard, inputs?: string): string {
  const { checks: _, ...scorecard } = scorecardJson(card);
  return `${JSON.stringify({ ...scorecard, inputs }, null, 2)}\n`;
}

import type { Scorecard } from '../../adapter-kit/checks/conformance.ts';

/** A scorecard as `carrier test --json` prints it; without `checks` it is a `scorecard.json`. */
export function scorecardJson({ carrier, level, passed, total, proven, checks }: Scorecard) {
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
    checks,
  };
}

/** The text of a `scorecard.json`; `inputs` tells what it was made of, where somebody asks. */
export function keptScorecard(card: Scorecard, inputs?: string): string {
  const { checks: _, ...kept } = scorecardJson(card);
  return `${JSON.stringify({ ...kept, inputs }, null, 2)}\n`;
}

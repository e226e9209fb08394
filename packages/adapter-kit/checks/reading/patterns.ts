/**
 * How long a backtracking matcher may take on hostile text. `exponential`: twice the time for each
 * further character. `polynomial`: the square of the length, or worse. `unknown`: too complicated to
 * judge within `PATTERN_TIMEOUT_MS`.
 */
export type PatternCost = 'linear' | 'polynomial' | 'exponential' | 'unknown';

/**
 * recheck needs milliseconds for the patterns of carriers' numbers; nobody can read one that takes
 * longer.
 */
const PATTERN_TIMEOUT_MS = 5_000;

const judged = new Map<string, Promise<PatternCost>>();

/** Judges a pattern by its automaton, not by trying it. Each distinct pattern is judged once. */
export function patternCost(
  { source, flags }: RegExp,
  timeoutMs = PATTERN_TIMEOUT_MS,
): Promise<PatternCost> {
  const key = `${flags}/${source}`;
  const cost = judged.get(key) ?? judge(source, flags, timeoutMs);
  judged.set(key, cost);
  return cost;
}

async function judge(source: string, flags: string, timeoutMs: number): Promise<PatternCost> {
  const { check } = await loadRecheck();
  const found = await check(source, flags, { timeout: timeoutMs });
  if (found.status === 'safe') return 'linear';
  if (found.status === 'unknown') return 'unknown';
  return found.complexity.type;
}

/** A development dependency of 57 MB, which only authors of adapters need. */
async function loadRecheck() {
  try {
    return await import('recheck');
  } catch (error) {
    throw new Error(
      'Patterns cannot be checked: the package "recheck" is not installed. Run "npm install --no-save recheck@4".',
      { cause: error },
    );
  }
}

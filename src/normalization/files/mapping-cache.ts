import { buildMapping, type CompileOutcome, compileMapping } from '../mapping/mapping.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import type { MappedCarrier, Mapping, MappingRule } from '../mapping/rule.ts';

/** The type of `compileMapping`, or of a function with the same result. */
export type CompileMapping = typeof compileMapping;

/** Keeps results for the next start; `openResultCache()` implements it. */
interface MappingCache {
  read(key: readonly string[]): unknown;
  store(key: readonly string[], result: unknown): void;
}

/** The stored result for a valid text. */
interface CachedMapping {
  readonly rules: readonly MappingRule[];
  readonly warnings: readonly MappingProblem[];
}

/**
 * Returns a `compileMapping` that remembers valid texts: a text that once passed all checks and its
 * own tests, for the same carrier and the same base, passes them again. A text with problems is
 * always compiled again, and so is a check with a carrier's documentation, because there the checks
 * themselves matter.
 *
 * @param cache must be emptied when the checks change.
 */
export function compileWithCache(cache: MappingCache): CompileMapping {
  return (text, file, carrier, base): CompileOutcome => {
    if (carrier.documentation !== undefined) return compileMapping(text, file, carrier, base);
    const key = keyOf(text, file, carrier, base);
    const known = cache.read(key);
    if (isCachedMapping(known)) {
      const mapping = buildMapping(carrier, known.rules);
      return { ok: true, mapping, warnings: known.warnings };
    }
    const outcome = compileMapping(text, file, carrier, base);
    if (outcome.ok) {
      const { mapping, warnings } = outcome;
      cache.store(key, { rules: mapping.rules, warnings } satisfies CachedMapping);
    }
    return outcome;
  };
}

function keyOf(
  text: string,
  file: string,
  carrier: MappedCarrier,
  base: Mapping | undefined,
): readonly string[] {
  const { name, matchKeys, matchOrder, corrections, returnCancelled } = carrier;
  const settings = { name, matchKeys, matchOrder, corrections, returnCancelled };
  // Of the base, the rules and their places count: messages contain the line.
  return ['mapping', text, file, JSON.stringify(settings), JSON.stringify(base?.rules ?? null)];
}

/**
 * Whether a cached value is complete. It only has to detect a truncated file, because the cache
 * contains only the hub's own data.
 */
function isCachedMapping(value: unknown): value is CachedMapping {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rules' in value &&
    Array.isArray(value.rules) &&
    'warnings' in value &&
    Array.isArray(value.warnings)
  );
}

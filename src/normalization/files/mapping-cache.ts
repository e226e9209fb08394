import { buildMapping, type CompileOutcome, compileMapping } from '../mapping/mapping.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import type { MappedCarrier, Mapping, MappingRule } from '../mapping/rule.ts';

/** `compileMapping`, or something that answers the same. */
export type CompileMapping = typeof compileMapping;

/** Where results lie until the next start; the platform's kept results fit. */
export interface MappingCache {
  read(key: readonly string[]): unknown;
  keep(key: readonly string[], result: unknown): void;
}

/** What a good text says of itself. */
interface GoodText {
  readonly rules: readonly MappingRule[];
  readonly warnings: readonly MappingProblem[];
}

/**
 * Compiles as `compileMapping` does, and remembers which texts were good: what passed all checks and
 * its own tests once, for the same carrier and over the same base, passes them again. What has
 * problems is compiled anew each time, and so is what is checked with a carrier's papers, for whom
 * it is the checks that count.
 *
 * @param kept is to be emptied when the checks change.
 */
export function compileWithCache(cache: MappingCache): CompileMapping {
  return (text, file, carrier, base): CompileOutcome => {
    if (carrier.documentation !== undefined) return compileMapping(text, file, carrier, base);
    const key = keyOf(text, file, carrier, base);
    const known = cache.read(key);
    if (isGoodText(known)) {
      const mapping = buildMapping(carrier, known.rules);
      return { ok: true, mapping, warnings: known.warnings };
    }
    const outcome = compileMapping(text, file, carrier, base);
    if (outcome.ok) {
      const { mapping, warnings } = outcome;
      cache.keep(key, { rules: mapping.rules, warnings } satisfies GoodText);
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
  // Of the base the rules count, and where each stands: messages name its line.
  return ['mapping', text, file, JSON.stringify(settings), JSON.stringify(base?.rules ?? null)];
}

/** Enough to tell it from a file that was cut: what is kept is ours. */
function isGoodText(value: unknown): value is GoodText {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rules' in value &&
    Array.isArray(value.rules) &&
    'warnings' in value &&
    Array.isArray(value.warnings)
  );
}

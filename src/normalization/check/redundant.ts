import type { CarrierDocumentation } from '../carrier-documentation.ts';
import { identityOf } from '../mapping/identity.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import {
  combinationOf,
  lookupKey,
  type Mapping,
  type MappingRule,
  showCodes,
} from '../mapping/rule.ts';

/** A compiled rule of the checked text, with its place. */
export interface PlacedRule {
  readonly rule: MappingRule;
  readonly column: number;
}

/**
 * Finds rules that change nothing, because the reading without them is the same. Not reported are
 * rules for one documented code, because they show that the code was judged, and rules that are the
 * only ones to name a value, because without them the value would wait for review.
 */
export function checkRedundant(
  mapping: Mapping,
  own: readonly PlacedRule[],
  base: Mapping | undefined,
  documentation: CarrierDocumentation,
): MappingProblem[] {
  const replaced = new Map((base?.rules ?? []).map((rule) => [identityOf(rule.match), rule]));
  const ruleCounts = new Map<string, number>();
  for (const { match } of mapping.rules) {
    for (const pair of Object.entries(match)) {
      ruleCounts.set(pair.join('='), (ruleCounts.get(pair.join('=')) ?? 0) + 1);
    }
  }
  return own.flatMap(({ rule, column }): MappingProblem[] => {
    const identity = identityOf(rule.match);
    const replacedRule = replaced.get(identity);
    const isAlone = documentation.alone.has(identity);
    const isShared = Object.entries(rule.match).every(
      (pair) => (ruleCounts.get(pair.join('=')) ?? 0) > 1,
    );
    const general = replacedRule ?? (isAlone || !isShared ? null : nextGeneral(mapping, rule));
    if (general === null || !hasSameResult(general, rule)) return [];
    const where = `line ${general.line}${general.file === rule.file ? '' : ` of ${general.file}`}`;
    return [
      {
        file: rule.file,
        line: rule.line,
        column,
        severity: 'warning',
        found: `This rule says the same as ${showCodes(general.match)} in ${where}, which applies without it.`,
        fix: 'Remove it, or change its result.',
      },
    ];
  });
}

/**
 * Returns the rule that facts with these codes would match instead; null if facts with an
 * additional code would match a rule with another reading.
 */
function nextGeneral({ carrier, index }: Mapping, own: MappingRule): MappingRule | null {
  const place = combinationOf(carrier.matchOrder, own.match);
  if (place < 0) return null;
  for (let i = place + 1; i < carrier.matchOrder.length; i += 1) {
    const key = lookupKey(carrier.matchOrder[i] ?? [], own.match);
    const rule = key === null ? undefined : index[i]?.get(key);
    if (rule !== undefined) return rule;
    if (key === null && [...(index[i]?.values() ?? [])].some((one) => mayDiffer(one, own))) {
      return null;
    }
  }
  return null;
}

/** Whether one fact may match both rules and their readings differ. */
function mayDiffer(one: MappingRule, own: MappingRule): boolean {
  const shared = Object.entries(one.match).filter(([key]) => key in own.match);
  return shared.every(([key, code]) => own.match[key] === code) && !hasSameResult(one, own);
}

const RESULT_MEMBERS = [
  'status',
  'reason',
  'milestone',
  'text',
  'logical',
  'hidden',
  'reviewed',
] as const;

function hasSameResult(a: MappingRule, b: MappingRule): boolean {
  return RESULT_MEMBERS.every((member) => a[member] === b[member]);
}

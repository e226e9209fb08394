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
 * Finds rules that change nothing, because the reading without them is the same. A rule for one
 * documented code stays, because it says that the code was judged; so does one that is the only
 * rule to name a value, because without it the value would wait for review.
 */
export function checkRedundant(
  mapping: Mapping,
  own: readonly PlacedRule[],
  base: Mapping | undefined,
  documentation: CarrierDocumentation,
): MappingProblem[] {
  const replaced = new Map((base?.rules ?? []).map((rule) => [identityOf(rule.match), rule]));
  const naming = new Map<string, number>();
  for (const { match } of mapping.rules) {
    for (const pair of Object.entries(match)) {
      naming.set(pair.join('='), (naming.get(pair.join('=')) ?? 0) + 1);
    }
  }
  return own.flatMap(({ rule, column }): MappingProblem[] => {
    const identity = identityOf(rule.match);
    const below = replaced.get(identity);
    const isAlone = documentation.alone.has(identity);
    const isShared = Object.entries(rule.match).every(
      (pair) => (naming.get(pair.join('=')) ?? 0) > 1,
    );
    const general = below ?? (isAlone || !isShared ? null : nextGeneral(mapping, rule));
    if (general === null || !saySame(general, rule)) return [];
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
    if (key === null && [...(index[i]?.values() ?? [])].some((one) => isOtherwise(one, own))) {
      return null;
    }
  }
  return null;
}

/** Whether one fact may match both rules and their readings differ. */
function isOtherwise(one: MappingRule, own: MappingRule): boolean {
  const shared = Object.entries(one.match).filter(([key]) => key in own.match);
  return shared.every(([key, code]) => own.match[key] === code) && !saySame(one, own);
}

const SAID = ['status', 'reason', 'milestone', 'text', 'logical', 'hidden', 'reviewed'] as const;

function saySame(a: MappingRule, b: MappingRule): boolean {
  return SAID.every((member) => a[member] === b[member]);
}

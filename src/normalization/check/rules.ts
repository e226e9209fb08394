import type { ReadStatus } from '../../kernel/status.ts';
import type { YamlSource } from '../files/yaml-source.ts';
import { type LooseRule, looseRules } from '../mapping/loose-rules.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import { combinationOf, lookupKey, type MappedCarrier, showCodes } from '../mapping/rule.ts';

/**
 * Checks rules against the carrier's declared keys and against one another: unknown keys,
 * combinations that are never looked up, `hidden` on a rule with a status, an unreviewed final
 * status, duplicates, and rules that never match.
 */
export function checkRules(
  source: YamlSource,
  file: string,
  carrier: MappedCarrier,
): MappingProblem[] {
  const problems: MappingProblem[] = [];
  const report = (rule: LooseRule, found: string, fix: string): void => {
    const { line, column } = rule;
    problems.push({ file, line, column, severity: 'error', found, fix });
  };
  const rules = looseRules(source);
  const firstBy = new Map<string, LooseRule>();
  for (const rule of rules) {
    const unknownKeys = Object.keys(rule.match).filter((key) => !carrier.matchKeys.includes(key));
    if (unknownKeys.length > 0) {
      const keys = carrier.matchKeys.join(', ');
      report(rule, `${carrier.name} has no match key ${unknownKeys.join(', ')}.`, `Use ${keys}.`);
      continue;
    }
    const combination = combinationOf(carrier.matchOrder, rule.match);
    if (combination === -1) {
      const tried = carrier.matchOrder.map((keys) => keys.join(' + ')).join('; ');
      const keys = Object.keys(rule.match).join(' + ');
      report(rule, `The combination ${keys} is never looked up.`, `Use one of: ${tried}.`);
      continue;
    }
    const status: unknown = Reflect.get(rule.value, 'status');
    if (Reflect.get(rule.value, 'hidden') === true && status !== 'none') {
      const fix = 'Remove hidden, or make the status none.';
      report(rule, 'hidden is for facts without effect on the status (status none).', fix);
    }
    if (Reflect.get(rule.value, 'reviewed') === false && isFinal(status)) {
      const fix = 'Review it and remove reviewed: false, or make the status in_transit.';
      report(rule, `A rule that nobody has reviewed must not say ${status}.`, fix);
    }
    const identity = `${combination} ${lookupKey(carrier.matchOrder[combination] ?? [], rule.match)}`;
    const first = firstBy.get(identity);
    if (first !== undefined) {
      const found = `${showCodes(rule.match)} already has a rule in line ${first.line}.`;
      report(rule, found, 'Keep one of the two.');
    } else firstBy.set(identity, rule);
  }
  for (const rule of rules) {
    const winner = findWinner(rule, firstBy, carrier);
    if (winner === null) continue;
    const found = `This rule never matches: ${showCodes(winner.match)} in line ${winner.line} always wins.`;
    report(rule, found, 'Remove one of the two.');
  }
  return problems;
}

/** Whether the status ends tracking. If it is reported too early, nobody checks again. */
function isFinal(status: unknown): status is ReadStatus {
  return status === 'delivered' || status === 'returned_to_sender';
}

/**
 * Returns a rule with an earlier combination and fewer conditions, which wins wherever this one
 * matches; null if there is none.
 */
function findWinner(
  rule: LooseRule,
  firstBy: ReadonlyMap<string, LooseRule>,
  carrier: MappedCarrier,
): LooseRule | null {
  const own = combinationOf(carrier.matchOrder, rule.match);
  for (let i = 0; i < own; i += 1) {
    const key = lookupKey(carrier.matchOrder[i] ?? [], rule.match);
    const winner = key === null ? undefined : firstBy.get(`${i} ${key}`);
    if (winner !== undefined) return winner;
  }
  return null;
}

import { createHash } from 'node:crypto';
import { checkDocument } from '../check/check.ts';
import { checkRedundant, type PlacedRule } from '../check/redundant.ts';
import type { UsableParts } from '../check/usable.ts';
import { readYaml, type YamlSource } from '../files/yaml-source.ts';
import { readFact } from '../read-fact.ts';
import type { RuleDocument, TestDocument } from './document.ts';
import { identityOf } from './identity.ts';
import { completed } from './meanings.ts';
import { type MappingProblem, sortProblems } from './problem.ts';
import {
  lookupKey,
  type MappedCarrier,
  type Mapping,
  type MappingRule,
  showCodes,
} from './rule.ts';

export type CompileOutcome =
  | {
      readonly ok: true;
      readonly mapping: Mapping;
      readonly warnings: readonly MappingProblem[];
    }
  | { readonly ok: false; readonly problems: readonly MappingProblem[] };

/**
 * Compiles the text of a mapping file. Total: any text gives a mapping or the list of everything
 * that is wrong with it, and the tests inside the file have passed when it is `ok`. With `base`,
 * the text is an overlay: its rules are added to the base's and take precedence over those with an
 * equal match, and its tests run against the result.
 */
export function compileMapping(
  yamlText: string,
  fileName: string,
  carrier: MappedCarrier,
  base?: Mapping,
): CompileOutcome {
  const read = readYaml(yamlText, fileName);
  if (!read.ok) return { ok: false, problems: sortProblems(read.problems) };

  const isOverlay = base !== undefined;
  const checked = checkDocument(read.source, fileName, carrier, isOverlay);
  const own = checked.rules.map(({ index, rule }): PlacedRule => {
    const { line, column } = read.source.placeOf(['rules', index]);
    return { rule: toRule(rule, fileName, line), column };
  });
  const rules = own.map(({ rule }) => rule);
  const mapping = base === undefined ? buildMapping(carrier, rules) : withRules(base, rules);
  const { documentation } = carrier;
  const problems = sortProblems([
    ...checked.problems,
    ...(documentation === undefined ? [] : checkRedundant(mapping, own, base, documentation)),
    ...runMappingTests(mapping, checked.tests, fileName, read.source),
  ]);
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  return { ok: true, mapping, warnings: problems };
}

/** Returns a mapping without codes, for a carrier without a (good) file. */
export function emptyMapping(carrier: MappedCarrier): Mapping {
  return buildMapping(carrier, []);
}

/**
 * Returns the base's rules with others added, which take precedence over those with an equal match.
 */
function withRules(base: Mapping, rules: readonly MappingRule[]): Mapping {
  const replaced = new Set(rules.map((rule) => identityOf(rule.match)));
  const remaining = base.rules.filter((rule) => !replaced.has(identityOf(rule.match)));
  return buildMapping(base.carrier, [...remaining, ...rules]);
}

function toRule(rule: RuleDocument, file: string, line: number): MappingRule {
  return {
    match: rule.match,
    status: rule.status,
    ...completed({
      status: rule.status,
      reason: rule.reason ?? null,
      milestone: rule.milestone ?? null,
    }),
    text: rule.text ?? null,
    logical: rule.logical ?? false,
    hidden: rule.hidden ?? false,
    reviewed: rule.reviewed ?? true,
    file,
    line,
  };
}

/** Builds a mapping from unchecked rules: those of a checked text or a stored version. */
export function buildMapping(carrier: MappedCarrier, rules: readonly MappingRule[]): Mapping {
  const index = carrier.matchOrder.map((keys) => {
    const byValues = new Map<string, MappingRule>();
    for (const rule of rules) {
      if (Object.keys(rule.match).length !== keys.length) continue;
      const key = lookupKey(keys, rule.match);
      if (key !== null) byValues.set(key, rule);
    }
    return byValues;
  });
  const mentioned = new Map<string, Set<string>>();
  for (const key of carrier.matchKeys) mentioned.set(key, new Set());
  for (const rule of rules) {
    for (const [key, value] of Object.entries(rule.match)) mentioned.get(key)?.add(value);
  }
  return { carrier, version: versionOf(carrier, rules), rules, index, mentioned };
}

/** Returns the hash of everything that readings depend on; the order of the rules does not. */
function versionOf(carrier: MappedCarrier, rules: readonly MappingRule[]): string {
  const content = rules
    .map(({ match, status, reason, milestone, text, logical, hidden, reviewed }) =>
      JSON.stringify([
        identityOf(match),
        [status, reason, milestone, text, logical, hidden, reviewed],
      ]),
    )
    .sort();
  const corrections = carrier.corrections.map(({ match }) => match);
  const policy = [carrier.name, carrier.matchOrder, corrections, carrier.returnCancelled];
  return createHash('sha256')
    .update(JSON.stringify([policy, content]))
    .digest('hex');
}

/** Runs the `tests:` of a mapping file; every failing test is one problem. */
function runMappingTests(
  mapping: Mapping,
  tests: UsableParts['tests'],
  file: string,
  source: YamlSource,
): MappingProblem[] {
  return tests.flatMap(({ index, test }) => {
    const reading = readFact(mapping, { codes: test.given, logical: false });
    const got = { ...reading, text: reading.text ?? null };
    const wrong = (Object.keys(test.then) as (keyof TestDocument['then'])[]).filter(
      (member) => test.then[member] !== undefined && got[member] !== test.then[member],
    );
    if (wrong.length === 0) return [];
    const differs = wrong.map((member) => `${member} ${got[member]}, not ${test.then[member]}`);
    const by = reading.rule === null ? 'no rule matches' : `by the rule ${showCodes(reading.rule)}`;
    return {
      file,
      ...source.placeOf(['tests', index]),
      severity: 'error' as const,
      found: `Test failed: ${showCodes(test.given)} reads as ${differs.join('; ')} (${by}).`,
      fix: 'Correct the rule, or the test if its expectation is wrong.',
    };
  });
}

import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { YamlSource } from '../files/yaml-source.ts';
import {
  type RuleDocument,
  ruleDocument,
  type TestDocument,
  testDocument,
} from '../mapping/document.ts';
import { identityOf } from '../mapping/identity.ts';
import { listIn } from '../mapping/loose-rules.ts';

/** The usable rules and tests, each with its place in the document. */
export interface UsableParts {
  readonly rules: readonly { readonly index: number; readonly rule: RuleDocument }[];
  readonly tests: readonly { readonly index: number; readonly test: TestDocument }[];
}

/**
 * Limit of broken rules, each of which is compared with each test; with more, those must be
 * corrected first.
 */
const BROKEN_MAX = 200;

/**
 * Returns the valid parts of a document, however broken the rest is, so that failing tests are
 * reported together with all other problems. A test whose result may depend on a broken rule, or on
 * one of two equal ones, is left out: its failure would only repeat that rule's problem.
 */
export function usableParts(source: YamlSource, rulesMax: number): UsableParts {
  const items = listIn(source.value, 'rules');
  if (items.length > rulesMax) return { rules: [], tests: [] };
  const rules: { index: number; rule: RuleDocument }[] = [];
  const uncertainMatches: Readonly<Record<string, unknown>>[] = [];
  const identities = new Set<string>();
  items.forEach((item, index) => {
    const parsed = ruleDocument.safeParse(item);
    if (!parsed.success) {
      uncertainMatches.push(matchOf(item));
      return;
    }
    const identity = identityOf(parsed.data.match);
    if (identities.has(identity)) uncertainMatches.push(parsed.data.match);
    identities.add(identity);
    rules.push({ index, rule: parsed.data });
  });
  const tests = listIn(source.value, 'tests').flatMap((item, index) => {
    const parsed = testDocument.safeParse(item);
    if (!parsed.success || uncertainMatches.length > BROKEN_MAX) return [];
    const { given } = parsed.data;
    return uncertainMatches.some((match) => mayCover(match, given))
      ? []
      : [{ index, test: parsed.data }];
  });
  return { rules, tests };
}

function matchOf(item: unknown): Readonly<Record<string, unknown>> {
  const match: unknown =
    typeof item === 'object' && item !== null ? Reflect.get(item, 'match') : null;
  return typeof match === 'object' && match !== null ? { ...match } : {};
}

/**
 * Whether a broken rule might match the codes. A value that is not a text, such as 07 without
 * quotes, could have been any.
 */
function mayCover(match: Readonly<Record<string, unknown>>, given: CodeMatch): boolean {
  return Object.entries(match).every(
    ([key, code]) => Object.hasOwn(given, key) && (typeof code !== 'string' || given[key] === code),
  );
}

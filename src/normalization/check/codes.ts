import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { CarrierDocumentation } from '../codes-csv.ts';
import type { YamlSource } from '../files/yaml-source.ts';
import {
  type RuleDocument,
  ruleDocument,
  type TestDocument,
  testDocument,
} from '../mapping/document.ts';
import { identityOf } from '../mapping/mapping.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import {
  type LooseRule,
  listIn,
  looseRules,
  type MappedCarrier,
  showCodes,
} from '../mapping/rule.ts';

/**
 * Checks rules against the carrier's documentation: a rule with a misspelled or unlisted code may
 * never match. Keys without a list are not checked.
 */
export function checkCodes(
  source: YamlSource,
  file: string,
  carrier: MappedCarrier,
): MappingProblem[] {
  const { documentation } = carrier;
  if (documentation === undefined) return [];
  return looseRules(source)
    .filter(({ isUnlisted }) => !isUnlisted)
    .flatMap((rule) =>
      Object.entries(rule.match).flatMap(([key, code]): MappingProblem[] => {
        if (!carrier.matchKeys.includes(key)) return [];
        const found = codeFinding(rule, key, code, documentation);
        if (found === null) return [];
        return [{ file, ...source.placeOf(['rules', rule.nr, 'match', key]), ...found }];
      }),
    );
}

type Finding = Pick<MappingProblem, 'severity' | 'found' | 'fix'>;

const MARK = 'end the line with "# unlisted:" and where it was seen';

function codeFinding(
  rule: LooseRule,
  key: string,
  code: string,
  { listed, spelled }: CarrierDocumentation,
): Finding | null {
  const shown = `${key} ${JSON.stringify(code)}`;
  const list = listed.get(key);
  if (list?.has(code) !== true) {
    const bare = code.trim();
    const right = spelled.get(key)?.get(bare.toLowerCase());
    const found =
      right === undefined
        ? `${shown} has spaces around it, so it never matches.`
        : `${shown} is not documented, only ${JSON.stringify(right)}.`;
    if (right !== undefined || bare !== code) {
      const fix = `Write ${key}: ${JSON.stringify(right ?? bare)}; if it was really seen, ${MARK}.`;
      return { severity: 'error', found, fix };
    }
  }
  if (list === undefined) return null;
  const besides = list.get(code);
  if (besides === undefined) {
    return {
      severity: 'warning',
      found: `${shown} is not documented: nothing is known to match this rule.`,
      fix: `Correct the code; if it was really seen, add it to codes.csv or ${MARK}.`,
    };
  }
  const fits = besides.some((beside) =>
    Object.entries(beside).every(
      ([other, value]) => !Object.hasOwn(rule.match, other) || rule.match[other] === value,
    ),
  );
  if (fits) return null;
  const known = besides.slice(0, BESIDES_SHOWN).map(showCodes).join(' or ');
  return {
    severity: 'warning',
    found: `The documentation lists ${shown} only with ${known}: nothing is known to match this rule.`,
    fix: `Correct the codes; if they were really seen, add them to codes.csv or ${MARK}.`,
  };
}

/** For a code in many lists, a few examples are enough. */
const BESIDES_SHOWN = 3;

/** The usable rules and tests, each with its place in the document. */
export interface UsableParts {
  readonly rules: readonly { readonly nr: number; readonly rule: RuleDocument }[];
  readonly tests: readonly { readonly nr: number; readonly test: TestDocument }[];
}

/** Each is compared with each test; with more broken rules, those must be corrected first. */
const BROKEN_MAX = 200;

/**
 * The valid parts of a document, however broken the rest is, so that failing tests are reported
 * together with all other problems. A test that a broken rule, or one of two equal ones, might
 * decide is left out: its failure would only repeat that rule's problem.
 */
export function usableParts(source: YamlSource, rulesMax: number): UsableParts {
  const items = listIn(source.value, 'rules');
  if (items.length > rulesMax) return { rules: [], tests: [] };
  const rules: { nr: number; rule: RuleDocument }[] = [];
  const unsure: Readonly<Record<string, unknown>>[] = [];
  const seen = new Set<string>();
  items.forEach((item, nr) => {
    const parsed = ruleDocument.safeParse(item);
    if (!parsed.success) {
      unsure.push(matchOf(item));
      return;
    }
    const identity = identityOf(parsed.data.match);
    if (seen.has(identity)) unsure.push(parsed.data.match);
    seen.add(identity);
    rules.push({ nr, rule: parsed.data });
  });
  const tests = listIn(source.value, 'tests').flatMap((item, nr) => {
    const parsed = testDocument.safeParse(item);
    if (!parsed.success || unsure.length > BROKEN_MAX) return [];
    const { given } = parsed.data;
    return unsure.some((match) => mayCover(match, given)) ? [] : [{ nr, test: parsed.data }];
  });
  return { rules, tests };
}

function matchOf(item: unknown): Readonly<Record<string, unknown>> {
  const match: unknown =
    typeof item === 'object' && item !== null ? Reflect.get(item, 'match') : null;
  return typeof match === 'object' && match !== null ? { ...match } : {};
}

/** A lost value, such as 07 without quotes, could have been any. */
function mayCover(match: Readonly<Record<string, unknown>>, given: CodeMatch): boolean {
  return Object.entries(match).every(
    ([key, code]) => Object.hasOwn(given, key) && (typeof code !== 'string' || given[key] === code),
  );
}

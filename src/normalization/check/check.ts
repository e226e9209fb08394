import type { CarrierDocumentation } from '../carrier-documentation.ts';
import { explainIssue } from '../files/schema-issue.ts';
import type { Path, YamlSource } from '../files/yaml-source.ts';
import { mappingDocument } from '../mapping/document.ts';
import { type LooseRule, listIn, looseRules } from '../mapping/loose-rules.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import { type MappedCarrier, showCodes } from '../mapping/rule.ts';
import { checkLayout } from './layout.ts';
import { checkRules } from './rules.ts';
import { type UsableParts, usableParts } from './usable.ts';

/** Limit of rules: a table of every code of a carrier has a few thousand; more is a mistake. */
const RULES_MAX = 20_000;

/**
 * Limit of problems that are reported: more than a person corrects at once, and each is searched
 * for in the text.
 */
const ISSUES_MAX = 200;

interface CheckedDocument extends UsableParts {
  readonly problems: readonly MappingProblem[];
}

/**
 * Returns everything that is wrong with a mapping file, except failing tests, for which it must be
 * compiled first. All checks always run, so that a person can correct a file at once.
 */
export function checkDocument(
  source: YamlSource,
  file: string,
  carrier: MappedCarrier,
  isOverlay: boolean,
): CheckedDocument {
  const layout = checkLayout(source, file);
  const unquoted = new Set(layout.unquoted.map(pathKey));
  const parsed = mappingDocument.safeParse(source.value);
  const schema = (parsed.error?.issues ?? [])
    // The same place was already reported, with a better fix.
    .filter((issue) => !unquoted.has(pathKey(issue.path.map((step) => pathStep(step)))))
    .slice(0, ISSUES_MAX)
    .flatMap((issue) => explainIssue(issue, source, file));
  const problems = [
    ...layout.problems,
    ...schema,
    ...checkCarrier(source, file, carrier),
    ...checkSize(source, file, isOverlay),
    ...checkTests(source, file, isOverlay),
    ...checkGiven(source, file, carrier),
    ...checkRules(source, file, carrier),
    ...checkCodes(source, file, carrier),
    ...checkWords(source, file, carrier.documentation?.words ?? null),
  ];
  return { ...usableParts(source, RULES_MAX), problems };
}

function checkCarrier(source: YamlSource, file: string, carrier: MappedCarrier): MappingProblem[] {
  const named = member(source.value, 'carrier');
  if (typeof named !== 'string' || named === carrier.name) return [];
  return [
    {
      file,
      ...source.placeOf(['carrier']),
      severity: 'error',
      found: `carrier is ${JSON.stringify(named)}, but this file is for ${carrier.name}.`,
      fix: `Write carrier: ${carrier.name}, or rename the file.`,
    },
  ];
}

/** Checks that there are rules (an overlay may have none), and not too many. */
function checkSize(source: YamlSource, file: string, isOverlay: boolean): MappingProblem[] {
  const rules = member(source.value, 'rules');
  if (!Array.isArray(rules)) return [];
  const problem = (found: string, fix: string): MappingProblem => ({
    file,
    ...source.placeOfKey(['rules']),
    severity: 'error',
    found,
    fix,
  });
  if (rules.length === 0 && !isOverlay) {
    return [problem('There are no rules.', 'Write at least one rule.')];
  }
  if (rules.length > RULES_MAX) {
    return [problem(`There are ${rules.length} rules; the limit is ${RULES_MAX}.`, 'Remove some.')];
  }
  return [];
}

/**
 * Checks that there are tests. They are required and come last, so that a truncated file never
 * looks complete. An overlay may be two lines that an operator writes in a hurry, so it needs none.
 */
function checkTests(source: YamlSource, file: string, isOverlay: boolean): MappingProblem[] {
  const tests = member(source.value, 'tests');
  // A text that is not a document at all gets only that one problem.
  if (typeof source.value !== 'object' || source.value === null) return [];
  if (isOverlay || (tests !== undefined && !(Array.isArray(tests) && tests.length === 0)))
    return [];
  return [
    {
      file,
      ...(tests === undefined ? source.placeOf([]) : source.placeOfKey(['tests'])),
      severity: 'error',
      found: tests === undefined ? 'tests is missing.' : 'There are no tests.',
      fix: 'End the file with tests: and at least one test; without it, a half-written file looks complete.',
    },
  ];
}

/**
 * Checks that tests use only keys that facts have: codes under other keys match no rule, and a test
 * that expects exactly that would pass.
 */
function checkGiven(source: YamlSource, file: string, carrier: MappedCarrier): MappingProblem[] {
  return listIn(source.value, 'tests').flatMap((test, index) => {
    const given = member(test, 'given');
    const keys = typeof given === 'object' && given !== null ? Object.keys(given) : [];
    return keys
      .filter((key) => !carrier.matchKeys.includes(key))
      .slice(0, ISSUES_MAX)
      .map((key) => ({
        file,
        ...source.placeOfKey(['tests', index, 'given', key]),
        severity: 'error' as const,
        found: `${carrier.name} has no match key ${key}.`,
        fix: `Use ${carrier.matchKeys.join(', ')}.`,
      }));
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function pathStep(step: PropertyKey): string | number {
  return typeof step === 'symbol' ? String(step) : step;
}

function pathKey(path: Path): string {
  return JSON.stringify(path);
}

/**
 * Finds reasons, milestones and texts without wording, for which customers would see the bare
 * status.
 */
function checkWords(
  source: YamlSource,
  file: string,
  words: CarrierDocumentation['words'],
): MappingProblem[] {
  if (words === null) return [];
  return looseRules(source).flatMap(({ index, value }) => {
    const lists = [
      ['reason', 'reasons', words.reasons],
      ['milestone', 'milestones', words.milestones],
      ['text', 'texts', words.texts],
    ] as const;
    return lists.flatMap(([member, list, known]): MappingProblem[] => {
      const name: unknown = Reflect.get(value, member);
      if (typeof name !== 'string' || Object.hasOwn(known, name)) return [];
      return [
        {
          file,
          ...source.placeOf(['rules', index, member]),
          severity: 'warning',
          found: `There is no text for the ${member} ${JSON.stringify(name)}.`,
          fix: `Correct its spelling, or add it under ${list} in config/messages/en/status.yaml and in the other languages.`,
        },
      ];
    });
  });
}

/**
 * Checks rules against the carrier's documentation: a rule with a misspelled or unlisted code may
 * never match. Keys without a list are not checked.
 */
function checkCodes(source: YamlSource, file: string, carrier: MappedCarrier): MappingProblem[] {
  const { documentation } = carrier;
  if (documentation === undefined) return [];
  return looseRules(source)
    .filter(({ isUnlisted }) => !isUnlisted)
    .flatMap((rule) =>
      Object.entries(rule.match).flatMap(([key, code]): MappingProblem[] => {
        if (!carrier.matchKeys.includes(key)) return [];
        const found = codeFinding(rule, key, code, documentation);
        if (found === null) return [];
        return [{ file, ...source.placeOf(['rules', rule.index, 'match', key]), ...found }];
      }),
    );
}

type Finding = Pick<MappingProblem, 'severity' | 'found' | 'fix'>;

const MARK_UNLISTED = 'end the line with "# unlisted:" and where it was seen';

/**
 * Returns what the documentation does not confirm about one code of a rule: its spelling, the code
 * itself, or its combination with the rule's other codes. Null if nothing.
 */
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
      const fix = `Write ${key}: ${JSON.stringify(right ?? bare)}; if it was really seen, ${MARK_UNLISTED}.`;
      return { severity: 'error', found, fix };
    }
  }
  if (list === undefined) return null;
  const requirements = list.get(code);
  if (requirements === undefined) {
    return {
      severity: 'warning',
      found: `${shown} is not documented: nothing is known to match this rule.`,
      fix: `Correct the code; if it was really seen, add it to codes.csv or ${MARK_UNLISTED}.`,
    };
  }
  const fits = requirements.some((required) =>
    Object.entries(required).every(
      ([other, value]) => !Object.hasOwn(rule.match, other) || rule.match[other] === value,
    ),
  );
  if (fits) return null;
  const known = requirements.slice(0, EXAMPLES_SHOWN).map(showCodes).join(' or ');
  return {
    severity: 'warning',
    found: `The documentation lists ${shown} only with ${known}: nothing is known to match this rule.`,
    fix: `Correct the codes; if they were really seen, add them to codes.csv or ${MARK_UNLISTED}.`,
  };
}

/** Number of examples for a code in many lists. */
const EXAMPLES_SHOWN = 3;

import { isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { CarrierDocumentation } from '../codes-csv.ts';
import type { Path, YamlSource } from '../files/yaml-source.ts';
import { identityOf } from '../mapping/mapping.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import {
  combinationOf,
  lookupKey,
  type Mapping,
  type MappingRule,
  showCodes,
} from '../mapping/rule.ts';

interface LayoutFindings {
  readonly problems: readonly MappingProblem[];
  /** Paths of unquoted codes, so that no other check reports them again. */
  readonly unquoted: readonly Path[];
}

/**
 * Checks what the parsed value no longer shows: unquoted codes, rules over several lines, and
 * whether `tests` comes last. Because `tests` is required and must be the last key, a half-written
 * file is invalid, rather than valid with missing rules.
 */
export function checkLayout(source: YamlSource, file: string): LayoutFindings {
  const problems: MappingProblem[] = [];
  const unquoted: Path[] = [];
  const add = (offset: number, found: string, fix: string): void => {
    problems.push({ file, ...source.placeOfOffset(offset), severity: 'error', found, fix });
  };

  for (const [list, codesKey] of [
    ['rules', 'match'],
    ['tests', 'given'],
  ] as const) {
    const items = source.nodeAt([list]);
    if (!isSeq(items)) continue;
    items.items.forEach((item, i) => {
      if (!isMap(item)) return;
      const [start, end] = item.range ?? [0, 0];
      const oneLine = source.placeOfOffset(start).line === source.placeOfOffset(end).line;
      if (item.flow !== true || !oneLine) {
        add(start, `${list}[${i}] is not one line in flow style.`, 'Write - { … } on one line.');
      }
      const codes = item.get(codesKey, true);
      if (!isMap(codes)) return;
      for (const pair of codes.items) {
        const value: unknown = isPair(pair) ? pair.value : null;
        const key: unknown = isPair(pair) && isScalar(pair.key) ? pair.key.value : null;
        if (!isScalar(value) || value.type !== 'PLAIN' || typeof key !== 'string') continue;
        const written = value.source ?? '';
        if (!needsQuotes(written)) continue;
        unquoted.push([list, i, codesKey, key]);
        add(
          value.range?.[0] ?? start,
          `${key}: ${written} is not in quotes: YAML reads it as a number, a date or a yes/no, and the code is lost.`,
          `Write ${key}: "${written}".`,
        );
      }
    });
  }
  problems.push(...checkTestsLast(source, file));
  return { problems, unquoted };
}

const NUMBER =
  /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|\.\d[\d_]*(?:e[-+]?\d+)?|\.inf|\.nan|\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?)$/i;
const WORD = /^(?:~|null|true|false|yes|no|on|off|y|n)$/i;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt\s])/;

/** True when a YAML 1.1 or 1.2 parser would not read the unquoted text as text. */
function needsQuotes(text: string): boolean {
  return NUMBER.test(text) || WORD.test(text) || DATE.test(text);
}

function checkTestsLast(source: YamlSource, file: string): MappingProblem[] {
  const top: Node | null = source.nodeAt([]);
  if (!isMap(top)) return [];
  const keys = top.items.map((item) => (isScalar(item.key) ? item.key.value : null));
  const at = keys.indexOf('tests');
  if (at === -1 || at === keys.length - 1) return [];
  return [
    {
      file,
      ...source.placeOfKey(['tests']),
      severity: 'error',
      found: 'tests is not the last key of the file.',
      fix: 'Move it to the end: a truncated file must not look complete.',
    },
  ];
}

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
 * The rule that facts with these codes would match instead; null if facts with an additional code
 * would match a rule with another reading.
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

/** One fact may match both, and their readings differ. */
function isOtherwise(one: MappingRule, own: MappingRule): boolean {
  const shared = Object.entries(one.match).filter(([key]) => key in own.match);
  return shared.every(([key, code]) => own.match[key] === code) && !saySame(one, own);
}

const SAID = ['status', 'reason', 'milestone', 'text', 'logical', 'hidden', 'reviewed'] as const;

function saySame(a: MappingRule, b: MappingRule): boolean {
  return SAID.every((member) => a[member] === b[member]);
}

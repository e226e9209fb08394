import { isNode } from 'yaml';
import type { AdapterManifest, CodeMatch } from '../../adapters/contract/contract.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import type { UsableParts } from '../check/codes.ts';
import type { CarrierDocumentation } from '../codes-csv.ts';
import type { YamlSource } from '../files/yaml-source.ts';
import { readFact } from '../read-fact.ts';
import type { TestDocument } from './document.ts';
import type { MappingProblem } from './problem.ts';

/** The data on a carrier that normalization needs; an `AdapterManifest` fits as it is. */
export type MappedCarrier = Pick<
  AdapterManifest,
  'name' | 'matchKeys' | 'matchOrder' | 'corrections' | 'returnCancelled'
> & {
  /** For checks: with it, valid but useless rules are reported, too. */
  readonly documentation?: CarrierDocumentation;
};

export interface MappingRule {
  readonly match: CodeMatch;
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly text: string | null;
  readonly logical: boolean;
  readonly hidden: boolean;
  readonly reviewed: boolean;
  /** Its place, for messages. */
  readonly file: string;
  readonly line: number;
}

/** A compiled mapping: every look-up a fact needs is one `Map.get` per match combination. */
export interface Mapping {
  readonly carrier: MappedCarrier;
  /** SHA-256 of the rules' content, hex; independent of comments and order. */
  readonly version: string;
  readonly rules: readonly MappingRule[];
  /** For each combination of `matchOrder`: joined values → rule. */
  readonly index: readonly ReadonlyMap<string, MappingRule>[];
  /** For each match key: the values that some rule mentions. */
  readonly mentioned: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The values of `keys` in `codes` as one look-up key, or null when one is missing. Lengths go in
 * front, so that no value from a carrier can look like two.
 */
export function lookupKey(keys: readonly string[], codes: CodeMatch): string | null {
  let joined = '';
  for (const key of keys) {
    const value = Object.hasOwn(codes, key) ? codes[key] : undefined;
    if (value === undefined) return null;
    joined += `${value.length}:${value}`;
  }
  return joined;
}

/** Index in `matchOrder` of the combination of keys in `match`; −1 when there is none. */
export function combinationOf(
  matchOrder: readonly (readonly string[])[],
  match: CodeMatch,
): number {
  const keys = Object.keys(match);
  return matchOrder.findIndex(
    (combination) =>
      combination.length === keys.length && combination.every((key) => keys.includes(key)),
  );
}

/** `{ event: "DE", exception: "03" }`, as written in a mapping file. */
export function showCodes(codes: CodeMatch): string {
  const members = Object.entries(codes).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `{ ${members.join(', ')} }`;
}

/** An unvalidated rule of which only the codes are known to be readable. */
export interface LooseRule {
  /** Index among the rules of the document. */
  readonly nr: number;
  readonly match: CodeMatch;
  readonly value: object;
  /** Its line ends with `# unlisted: …`, a reason why no documentation lists its codes. */
  readonly isUnlisted: boolean;
  readonly line: number;
  readonly column: number;
}

/** The rules whose `match` is readable, even if the rest of the document is broken. */
export function looseRules(source: YamlSource): LooseRule[] {
  return listIn(source.value, 'rules').flatMap((item, nr): LooseRule[] => {
    if (typeof item !== 'object' || item === null || !('match' in item)) return [];
    const { match } = item;
    if (typeof match !== 'object' || match === null || Array.isArray(match)) return [];
    const codes: Record<string, string> = {};
    for (const [key, code] of Object.entries(match)) {
      if (typeof code !== 'string') return [];
      codes[key] = code;
    }
    if (Object.keys(codes).length === 0) return [];
    const path = ['rules', nr];
    const node = source.nodeAt(path);
    const isUnlisted = isNode(node) && /^\s*unlisted:\s*\S/.test(node.comment ?? '');
    return [{ nr, match: codes, value: item, isUnlisted, ...source.placeOf(path) }];
  });
}

/** The list under a key of the document; empty when there is none. */
export function listIn(value: unknown, key: 'rules' | 'tests'): readonly unknown[] {
  const list: unknown =
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? Reflect.get(value, key)
      : null;
  return Array.isArray(list) ? list : [];
}

/** Runs the `tests:` of a mapping file; every failing test is one problem. */
export function runMappingTests(
  mapping: Mapping,
  tests: UsableParts['tests'],
  file: string,
  source: YamlSource,
): MappingProblem[] {
  return tests.flatMap(({ nr, test }) => {
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
      ...source.placeOf(['tests', nr]),
      severity: 'error' as const,
      found: `Test failed: ${showCodes(test.given)} reads as ${differs.join('; ')} (${by}).`,
      fix: 'Correct the rule, or the test if its expectation is wrong.',
    };
  });
}

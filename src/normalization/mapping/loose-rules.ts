import { isNode } from 'yaml';
import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { YamlSource } from '../files/yaml-source.ts';

/** An unvalidated rule of which only the codes are known to be readable. */
export interface LooseRule {
  /** The index among the rules of the document. */
  readonly index: number;
  readonly match: CodeMatch;
  readonly value: object;
  /** Whether its line ends with `# unlisted: …`, a reason why no documentation lists its codes. */
  readonly isUnlisted: boolean;
  readonly line: number;
  readonly column: number;
}

/** Returns the rules whose `match` is readable, even if the rest of the document is broken. */
export function looseRules(source: YamlSource): LooseRule[] {
  return listIn(source.value, 'rules').flatMap((item, index): LooseRule[] => {
    if (typeof item !== 'object' || item === null || !('match' in item)) return [];
    const { match } = item;
    if (typeof match !== 'object' || match === null || Array.isArray(match)) return [];
    const codes: Record<string, string> = {};
    for (const [key, code] of Object.entries(match)) {
      if (typeof code !== 'string') return [];
      codes[key] = code;
    }
    if (Object.keys(codes).length === 0) return [];
    const path = ['rules', index];
    const node = source.nodeAt(path);
    const isUnlisted = isNode(node) && /^\s*unlisted:\s*\S/.test(node.comment ?? '');
    return [{ index, match: codes, value: item, isUnlisted, ...source.placeOf(path) }];
  });
}

/** Returns the list under a key of the document; empty when there is none. */
export function listIn(value: unknown, key: 'rules' | 'tests'): readonly unknown[] {
  const list: unknown =
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? Reflect.get(value, key)
      : null;
  return Array.isArray(list) ? list : [];
}

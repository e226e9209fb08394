import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { Mapping } from '../../normalization/index.ts';

/** `carrier-mappings/acme.yaml:12`, where the rule for exactly these codes stands; null: there is none. */
export function placeOfRule(mapping: Mapping, match: CodeMatch): string | null {
  const codes = Object.entries(match);
  const rule = mapping.rules.find(
    (each) =>
      Object.keys(each.match).length === codes.length &&
      codes.every(([key, code]) => each.match[key] === code),
  );
  // Merchants read this: where the files lie on the machine is not theirs to know.
  return rule === undefined ? null : `${rule.file.split(/[/\\]/).slice(-2).join('/')}:${rule.line}`;
}

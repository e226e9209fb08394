import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { Mapping } from '../../normalization/index.ts';

/**
 * Returns the place of the rule for exactly these codes, such as `carrier-mappings/acme.yaml:12`;
 * null if there is none.
 */
export function placeOfRule(mapping: Mapping, match: CodeMatch): string | null {
  const codes = Object.entries(match);
  const rule = mapping.rules.find(
    (each) =>
      Object.keys(each.match).length === codes.length &&
      codes.every(([key, code]) => each.match[key] === code),
  );
  // Merchants read this, so it does not reveal the file's full path.
  return rule === undefined ? null : `${rule.file.split(/[/\\]/).slice(-2).join('/')}:${rule.line}`;
}

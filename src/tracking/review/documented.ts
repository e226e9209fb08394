import type { AdapterManifest, CodeMatch } from '../../adapters/contract/contract.ts';
import type { DocumentedCode } from '../../normalization/index.ts';

/**
 * What a carrier's documents say of `asked`, some of the codes of a fact; null where they name none
 * of them. What they say of the other codes would be taken for what these mean. Pure.
 */
export function documentedText(
  sought: CodeMatch,
  codes: CodeMatch,
  documented: readonly DocumentedCode[],
  codeKinds: AdapterManifest['codeKinds'] = {},
): string | null {
  const said = documented
    .filter(({ kind, code }) =>
      (codeKinds[kind] ?? []).some(
        (way) =>
          sought[way.key] === code &&
          Object.entries(way.with ?? {}).every(([key, value]) => codes[key] === value),
      ),
    )
    .map(({ description }) => description);
  return said.length === 0 ? null : [...new Set(said)].slice(0, SAID_MAX).join('; ');
}

/** A code may stand in several of a carrier's lists; more than these say nothing else. */
const SAID_MAX = 3;

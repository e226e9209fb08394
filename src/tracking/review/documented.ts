import type { AdapterManifest, CodeMatch } from '../../adapters/contract/contract.ts';
import type { DocumentedCode } from '../../normalization/index.ts';

/**
 * What a carrier's documentation says about `asked`, some of the codes of a fact; null if it names
 * none of them. Descriptions of the other codes would be mistaken for descriptions of these. Pure.
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

/** A code may be in several of a carrier's lists; more than these add nothing. */
const SAID_MAX = 3;

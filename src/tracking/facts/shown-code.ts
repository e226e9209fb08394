import type { AdapterManifest, CodeMatch } from '../../adapters/contract/contract.ts';

/** The code by which the carrier's staff would name a fact; empty when it has none. */
export function shownCode(manifest: Pick<AdapterManifest, 'codeShown'>, codes: CodeMatch): string {
  for (const key of manifest.codeShown) {
    const code = codes[key];
    if (code !== undefined) return code;
  }
  return '';
}

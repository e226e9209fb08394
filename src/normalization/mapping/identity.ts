import type { CodeMatch } from '../../adapters/contract/contract.ts';

/** Equal for equal matches, in any order of their keys. */
export function identityOf(match: CodeMatch): string {
  return JSON.stringify(Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1)));
}

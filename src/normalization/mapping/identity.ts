import type { CodeMatch } from '../../adapters/contract/contract.ts';

/** Returns a match as text, which is equal for equal matches whatever the order of their keys. */
export function identityOf(match: CodeMatch): string {
  return JSON.stringify(Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1)));
}

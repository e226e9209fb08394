import type { CodeMatch } from '../../adapters/contract/contract.ts';

/** The same for equal matches, in whatever order their keys stand. */
export function identityOf(match: CodeMatch): string {
  return JSON.stringify(Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1)));
}

import type { CodeMatch } from '../../contract/contract.ts';

/** Codes under the manifest's keys; null when there is none. An exception alone is no event. */
export function codesOf(
  event: string | undefined,
  exception: string | undefined,
  derived: string | undefined,
): CodeMatch | null {
  if (event === undefined && derived === undefined) return null;
  return {
    ...(event === undefined ? {} : { event }),
    ...(exception === undefined ? {} : { exception }),
    ...(derived === undefined ? {} : { derived }),
  };
}

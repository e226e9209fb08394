import { type Reason, reasonInWords } from '../../../prediction/index.ts';

/** Codes for programs, and the same as text for people. */
export function reasonsJson(reasons: readonly Reason[]): (Reason & { readonly text: string })[] {
  return reasons.map((reason) => ({ ...reason, text: reasonInWords(reason) }));
}

import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { type Reason, reasonInWords } from '../../../prediction/index.ts';

/** Codes for programs, and the same as text for people. */
export function reasonsJson(
  reasons: readonly Reason[],
  language: Language,
): (Reason & { readonly text: string })[] {
  const { prediction } = messagesIn(language);
  return reasons.map((reason) => ({ ...reason, text: reasonInWords(reason, prediction) }));
}

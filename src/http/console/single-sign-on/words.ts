import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';

/** Why a sign-in with a company account failed. Used in URLs, so it contains no text. */
export type SignOnFault = keyof Messages['desk']['singleSignOn'];

/** The message for a fault in a page's URL; null for anything else. */
export function signOnNotice(done: string | null, language: Language = 'en'): string | null {
  const key = /^sso-([a-z_]{1,20})$/.exec(done ?? '')?.[1] ?? '';
  return isFault(key) ? messagesIn(language).desk.singleSignOn[key] : null;
}

function isFault(key: string): key is SignOnFault {
  return Object.hasOwn(messagesIn('en').desk.singleSignOn, key);
}

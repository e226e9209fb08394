import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { numberFormat } from '../../../kernel/time/formatters.ts';
import { FIRST_MERCHANT } from '../../../merchants/index.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';

/** The language of a page, and whether its URL may be opened again in another one. */
export interface Spoken {
  readonly language: Language;
  /** Writes days and times: of the language, and of the reader's region if it is known. */
  readonly locale: string;
  /** IANA name of the zone in which times are shown. */
  readonly timeZone: string;
  readonly isReopenable: boolean;
  /** Query of the page's URL, repeated in links to other languages. */
  readonly query: URLSearchParams;
  /** Name of the previous form's outcome, in the page's URL. */
  readonly done: string | null;
  /** Names of status reasons; a missing one is shown as its code. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Default for parts rendered without a page: English, UTC. */
const Speaking = createContext<Spoken>({
  language: 'en',
  locale: 'en',
  timeZone: 'UTC',
  isReopenable: false,
  query: new URLSearchParams(),
  done: null,
  reasons: {},
});

/** Sets the language for everything inside. */
export const SpokenIn = Speaking.Provider;

export const useSpoken = (): Spoken => useContext(Speaking);

/** The display name of a reason; inside components only. */
export function useReason(reason: string | null): string | null {
  const of = useReasons();
  return reason === null ? null : of(reason);
}

/**
 * Returns a function that gives the display name of a reason; inside components only. A case without
 * a reason counts by its kind.
 */
export function useReasons(): (reason: string) => string {
  const { reasons } = useSpoken();
  const { kinds } = useMessages().console.cases;
  return (reason) => reasons[reason] ?? namedBy(kinds, reason);
}

/** All texts in the page's language; inside components only. */
export function useMessages(): Messages {
  return messagesIn(useSpoken().language);
}

/** Writes numbers in the page's language, with so many decimals; inside components only. */
export function useNumbers() {
  const locale = localeOf(useSpoken().language);
  return (value: number, decimals: number | Intl.NumberFormatOptions = {}): string => {
    const fixed =
      typeof decimals === 'number'
        ? { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
        : decimals;
    return numberFormat(locale, fixed).format(value);
  };
}

/** Names merchants; the one that comes with the hub in the page's language, until it has a name. */
export function useMerchantNames(): (name: string) => string {
  const { firstMerchant } = useMessages().desk.frame;
  return (name) => (name === FIRST_MERCHANT.name ? firstMerchant : name);
}

/** The text of a value; one without a text is shown as it is. Pure. */
export function namedBy(texts: Readonly<Record<string, string>>, value: string): string {
  return (Object.hasOwn(texts, value) && texts[value]) || value.replaceAll('_', ' ');
}

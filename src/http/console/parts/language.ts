import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';

/** What a page is said in, and whether its address may be opened again in another. */
export interface Spoken {
  readonly language: Language;
  readonly isOpenedAgain: boolean;
  /** Of its address: what stands there in another language, too. */
  readonly query: URLSearchParams;
  /** What reasons of statuses are called; one that is not there is its own name. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Of pages around which nothing is set: the operators', in English. */
const Speaking = createContext<Spoken>({
  ...{ language: 'en', isOpenedAgain: false, query: new URLSearchParams(), reasons: {} },
});

/** Around a page: what is inside says its words in this language. */
export const SpokenIn = Speaking.Provider;

export const useSpoken = (): Spoken => useContext(Speaking);

/** The same words in every language: texts, and functions that fill something into one. */
export type InEach<Words> = Readonly<Record<Language, Words>>;

/** English says which words there are; the compiler names a language that lacks one. */
export function inEach<Words>(
  en: Words,
  others: Readonly<Record<Exclude<Language, 'en'>, NoInfer<Words>>>,
): InEach<Words> {
  return { en, ...others };
}

/** A reason as people read it; inside components only. */
export function useReason(reason: string | null): string | null {
  const of = useReasons();
  return reason === null ? null : of(reason);
}

/** The same for many at once. */
export function useReasons(): (reason: string) => string {
  const { reasons } = useSpoken();
  return (reason) => reasons[reason] ?? reason.replaceAll('_', ' ');
}

/** All texts in the page's language; inside components only. */
export function useMessages(): Messages {
  return messagesIn(useSpoken().language);
}

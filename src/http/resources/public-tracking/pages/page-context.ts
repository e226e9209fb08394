import type { PageAssets } from './assets.ts';
import type { BrandStyle } from './brand-style.ts';
import type { Language } from './texts.ts';

/** For whom and where a page is made. */
export interface PageContext {
  readonly language: Language;
  /** It can be opened in; none where it cannot be opened again. */
  readonly languages: readonly Language[];
  readonly assets: PageAssets;
  /** Whose look it wears; null: nobody's but our own. */
  readonly style: BrandStyle | null;
  /** An address of ours that keeps the language, when the reader chose one. */
  link(path: string): string;
  /** This very page in another language. */
  inLanguage(language: string): string;
}

export interface PlaceOfPage {
  /** As it was requested, percent-encoded, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly style?: BrandStyle | null;
  /** What a form answers has another address than the page it belongs to. */
  readonly home?: string;
  /** False: what a form answered; its address leads nowhere, or to the form. */
  readonly isOpenedAgain?: boolean;
}

/**
 * What of the query may stand in links: all else, a postal code above all, is not repeated. `t` is
 * the reader's own personal link, on pages that no cache keeps.
 */
const FORWARDED_PARAMETERS = ['order', 'merchant', 't'];

export function pageContext(
  language: Language,
  languages: readonly Language[],
  assets: PageAssets,
  { path, query, style = null, home, isOpenedAgain = true }: PlaceOfPage,
): PageContext {
  const chosen = query.has('lang') ? language.page.language : null;
  return {
    language,
    languages: isOpenedAgain || home !== undefined ? languages : [],
    assets,
    style,
    link: (to) => (chosen === null ? to : `${to}${to.includes('?') ? '&' : '?'}lang=${chosen}`),
    inLanguage(other) {
      const next = new URLSearchParams();
      for (const name of FORWARDED_PARAMETERS) {
        const value = query.get(name);
        if (value !== null) next.set(name, value);
      }
      next.set('lang', other);
      return `${home ?? path}?${next}`;
    },
  };
}

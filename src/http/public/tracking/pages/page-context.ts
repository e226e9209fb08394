import type { PageAssets } from './assets.ts';
import type { BrandStyle } from './brand-style.ts';
import type { Language } from './texts.ts';

/** Language, branding and URL of a page. */
export interface PageContext {
  readonly language: Language;
  /** Languages the page can be opened in; none when its URL cannot be opened again. */
  readonly languages: readonly Language[];
  readonly assets: PageAssets;
  /** The branding of the page; null: neutral. */
  readonly style: BrandStyle | null;
  /** One of our URLs, with the language the reader chose, if any. */
  link(path: string): string;
  /** This page in another language. */
  inLanguage(language: string): string;
}

export interface PlaceOfPage {
  /** As requested, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly style?: BrandStyle | null;
  /** The page's own URL, where a form's response has a different one. */
  readonly home?: string;
  /** False for the response to a form: its URL opens nothing, or the form. */
  readonly isReopenable?: boolean;
}

/**
 * Query parameters that links may repeat. All others are dropped, above all the postal code. `t` is
 * the reader's own personal link, on pages that are never cached.
 */
const FORWARDED_PARAMETERS = ['order', 'merchant', 't'];

export function pageContext(
  language: Language,
  languages: readonly Language[],
  assets: PageAssets,
  { path, query, style = null, home, isReopenable = true }: PlaceOfPage,
): PageContext {
  const chosen = query.has('lang') ? language.page.language : null;
  return {
    language,
    languages: isReopenable || home !== undefined ? languages : [],
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

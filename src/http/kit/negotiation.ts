/** The client's preferences, from `Accept` and `Accept-Language` (RFC 9110 §12). */

import { FALLBACK, languageOf } from '../../platform/messages/languages.ts';

/**
 * True when JSON is preferred over HTML. If neither is mentioned, the client counts as a person.
 */
export function prefersJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '*/*' || accept === '') return false;
  if (accept === 'application/json') return true;
  const ranges = weighted(accept);
  return qualityOf(ranges, 'application', 'json') > qualityOf(ranges, 'text', 'html');
}

/** True when HTML is named explicitly: browsers do, and tools that accept anything do not. */
export function asksForHtml(accept: string | undefined): boolean {
  return weighted(accept ?? '').some(({ value, q }) => value === 'text/html' && q > 0);
}

/**
 * The language of the response: the one in `?lang=`, else the best match of the header, else the
 * first available one.
 *
 * @param available the folders of config/messages; not empty.
 */
export function pickLanguage(
  preferred: string | null,
  acceptLanguage: string | undefined,
  available: readonly string[],
): string {
  const own = languageOf(preferred, available);
  if (own !== null) return own;
  for (const { value } of rangesOf(acceptLanguage)) {
    const language = languageOf(value, available);
    if (language !== null) return language;
  }
  return available[0] ?? FALLBACK;
}

const WITH_REGION = /^[a-z]{2,3}-(?:[a-z]{2}|\d{3})$/;

/**
 * The locale with a region that the client prefers in a language, such as `en-gb`; null: none is
 * named, or the language is that of one region.
 */
export function regionalLocale(
  language: string,
  acceptLanguage: string | undefined,
  available: readonly string[],
): string | null {
  const found = rangesOf(acceptLanguage).find(
    ({ value }) =>
      WITH_REGION.test(value) &&
      value !== language.toLowerCase() &&
      languageOf(value, available) === language,
  );
  // A language with a region of its own, such as `pt-BR`, has its own locale, too.
  return found === undefined || language.includes('-') ? null : found.value;
}

/** The accepted languages, the most wanted first. */
function rangesOf(acceptLanguage: string | undefined): readonly Weighted[] {
  return weighted(acceptLanguage ?? '')
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q);
}

interface Weighted {
  readonly value: string;
  readonly q: number;
}

/** More than any browser sends; the rest of a longer header is ignored. */
const RANGES_MAX = 30;

function weighted(header: string): Weighted[] {
  return header
    .split(',', RANGES_MAX)
    .map((range) => {
      const [value = '', ...parameters] = range.split(';').map((part) => part.trim());
      const q = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
      const quality = q === undefined ? 1 : Number(q);
      return { value: value.toLowerCase(), q: Number.isFinite(quality) ? quality : 0 };
    })
    .filter(({ value }) => value !== '');
}

/** The most specific matching range decides, whatever the order. */
function qualityOf(ranges: readonly Weighted[], type: string, subtype: string): number {
  for (const range of [`${type}/${subtype}`, `${type}/*`, '*/*']) {
    const found = ranges.find(({ value }) => value === range);
    if (found !== undefined) return found.q;
  }
  return 0;
}

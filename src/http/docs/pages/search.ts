import { ERROR_CODES } from '../../../kernel/errors.ts';
import { wordsOfCode } from '../../../platform/messages/error-text.ts';
import type { DocArea } from './areas.ts';
import type { Guide } from './guides.ts';

/** An entry of the search. */
export interface DocEntry {
  readonly href: string;
  readonly title: string;
  /** Its location: `Shipments`, `For merchants`. */
  readonly where: string;
  readonly text: string;
}

export interface DocHit {
  readonly href: string;
  readonly title: string;
  readonly where: string;
  /** The text around the first match. */
  readonly excerpt: string;
}

const WORDS_MAX = 6;
const HITS_MAX = 30;
const EXCERPT_CHARS = 160;
/** A match in the title counts more than many in the text. */
const TITLE_WORTH = 10;

/** All searchable entries of the docs, with their links. Pure. */
export function entriesOf(areas: readonly DocArea[], guides: readonly Guide[]): DocEntry[] {
  return [
    ...areas.flatMap(({ slug, name, operations }) =>
      operations.map(({ method, path, operation }) => ({
        href: `/docs/api/${slug}#${operation.operationId}`,
        title: operation.summary,
        where: name,
        text: `${method.toUpperCase()} ${path} ${operation.description ?? ''} ${operation.operationId}`,
      })),
    ),
    ...guides.flatMap(({ name, title, sections }) =>
      sections.map(({ heading, anchor, text }) => ({
        href: `/docs/guides/${name}#${anchor}`,
        title: heading,
        where: title,
        text,
      })),
    ),
    ...ERROR_CODES.map((code) => {
      const { title, fix: text } = wordsOfCode(code);
      return { href: `/docs/errors#${code}`, title: `${title} (${code})`, where: 'Errors', text };
    }),
  ];
}

/** Entries with every word of the query, best first. Pure. */
export function searchDocs(entries: readonly DocEntry[], query: string): readonly DocHit[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, WORDS_MAX);
  if (words.length === 0) return [];
  return entries
    .map((entry, nr) => ({ entry, nr, worth: worthOf(entry, words) }))
    .filter(({ worth }) => worth > 0)
    .sort((a, b) => b.worth - a.worth || a.nr - b.nr)
    .slice(0, HITS_MAX)
    .map(({ entry: { href, title, where, text } }) => ({
      href,
      title,
      where,
      excerpt: excerptOf(text, words[0] ?? ''),
    }));
}

/** 0 when a word is missing. */
function worthOf({ title, text, where }: DocEntry, words: readonly string[]): number {
  const [inTitle, inText] = [title.toLowerCase(), `${where} ${text}`.toLowerCase()];
  let worth = 0;
  for (const word of words) {
    const times = inText.split(word).length - 1;
    const isInTitle = inTitle.includes(word);
    if (times === 0 && !isInTitle) return 0;
    worth += (isInTitle ? TITLE_WORTH : 0) + Math.min(times, TITLE_WORTH - 1);
  }
  return worth;
}

function excerptOf(text: string, word: string): string {
  const words = text
    .replaceAll(/[#`*|]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const at = Math.max(0, words.toLowerCase().indexOf(word) - EXCERPT_CHARS / 3);
  const piece = words.slice(at, at + EXCERPT_CHARS);
  return `${at > 0 ? '… ' : ''}${piece}${at + EXCERPT_CHARS < words.length ? ' …' : ''}`;
}

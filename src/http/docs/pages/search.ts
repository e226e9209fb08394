/** An entry of the search. */
export interface DocEntry {
  readonly href: string;
  readonly title: string;
  /** Its location: `Shipments`, `For merchants`. */
  readonly where: string;
  readonly text: string;
  /** Found, but not shown in excerpts: `POST /shipments createShipment`. */
  readonly keywords: string;
  /** The first entry of its page. */
  readonly isPage: boolean;
}

/** A text in pieces, of which every second one matches. */
export type Highlighted = readonly string[];

export interface DocHit {
  readonly href: string;
  readonly title: Highlighted;
  readonly where: string;
  /** The text around the first match. */
  readonly excerpt: Highlighted;
}

const WORDS_MAX = 6;
const HITS_MAX = 30;
const EXCERPT_CHARS = 180;
/** How much of an excerpt comes before its match. */
const LEAD_CHARS = 60;

/** Any number of matches in a text is score less than one in the title. */
const TIMES_MAX = 9;
const IN_TITLE = 100;
const AT_WORD_OF_TITLE = 200;
const AT_START_OF_TITLE = 60;
const PAGE = 100;

/** Entries with every word of the query, matches in titles first. Pure. */
export function searchDocs(entries: readonly DocEntry[], query: string): readonly DocHit[] {
  const words = [...new Set(query.toLowerCase().split(/\s+/).filter(Boolean))].slice(0, WORDS_MAX);
  if (words.length === 0) return [];
  const patterns = words.map((word) => new RegExp(escapeRegExp(word), 'giu'));
  const anyWord = new RegExp(`(${words.map(escapeRegExp).join('|')})`, 'iu');
  return entries
    .map((entry, i) => ({ entry, i, score: scoreOf(entry, patterns) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.i - b.i)
    .slice(0, HITS_MAX)
    .map(({ entry: { href, title, where, text } }) => ({
      href,
      title: title.split(anyWord),
      where,
      excerpt: excerptOf(text, anyWord).split(anyWord),
    }));
}

/** How well an entry matches: 0 when it lacks a word, more for matches in its title. */
function scoreOf(entry: DocEntry, patterns: readonly RegExp[]): number {
  const { title, where, text, keywords, isPage } = entry;
  const body = `${where} ${keywords} ${text}`;
  let [score, matched] = [0, 0];
  for (const pattern of patterns) {
    const inTitle = [...title.matchAll(pattern)];
    const times = body.match(pattern)?.length ?? 0;
    if (times === 0 && inTitle.length === 0) return 0;
    score += Math.min(times, TIMES_MAX);
    const [first] = inTitle;
    if (first === undefined) continue;
    matched += first[0].length;
    const isAtWord = inTitle.some(({ index }) => !/[\p{L}\p{N}]/u.test(title[index - 1] ?? ''));
    score += isAtWord ? AT_WORD_OF_TITLE : IN_TITLE;
    if (first.index === 0) score += AT_START_OF_TITLE;
  }
  if (matched === 0) return score;
  // The larger the part of the title that matches, the more the entry is about the query.
  return score + (IN_TITLE * matched) / title.length + (isPage ? PAGE : 0);
}

function excerptOf(text: string, anyWord: RegExp): string {
  const at = text.search(anyWord);
  const from = at <= LEAD_CHARS ? 0 : Math.min(at, text.indexOf(' ', at - LEAD_CHARS) + 1);
  const end = from + EXCERPT_CHARS;
  const to = end >= text.length ? text.length : text.lastIndexOf(' ', end);
  const piece = text.slice(from, to > from ? to : end);
  return `${from > 0 ? '… ' : ''}${piece}${to < text.length ? ' …' : ''}`;
}

function escapeRegExp(word: string): string {
  return word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

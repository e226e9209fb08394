import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Marked } from 'marked';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';

const FOLDER = `${PROJECT_ROOT}docs/`;
/** The first guides in the list; the others follow by name. */
const FIRST = [
  ...['merchants', 'desk', 'webhooks', 'notifications', 'templates', 'exceptions', 'deliveries'],
  ...['predictions', 'live', 'driver', 'driver-api', 'driver-module', 'carriers', 'sandbox'],
  ...['operators', 'runbook', 'configuration', 'retention', 'channels'],
];
/** The guide to errors, which has its own page. */
const ERRORS = 'errors';

let names: readonly string[] | null = null;

/**
 * The guides that the hub shows: each `docs/NAME.md`; none when an installation omits the folder.
 */
export function guideNames(): readonly string[] {
  names ??= (existsSync(FOLDER) ? readdirSync(FOLDER) : [])
    .flatMap((file) => /^(.+)\.md$/.exec(file)?.[1] ?? [])
    .filter((name) => name !== ERRORS)
    .sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
  return names;
}

function placeOf(name: string): number {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

/** The part of a guide under one heading. */
export interface GuideSection {
  readonly heading: string;
  readonly anchor: string;
  /** Plain text, for the search. */
  readonly text: string;
}

export interface Guide {
  readonly name: string;
  readonly title: string;
  readonly html: string;
  readonly sections: readonly GuideSection[];
}

export function loadGuide(name: string): Guide {
  return readGuide(name, readFileSync(`${FOLDER}${name}.md`, 'utf8'));
}

/** Parses a guide's Markdown. Pure. */
export function readGuide(name: string, markdown: string): Guide {
  // Comments tell tests which commands to run.
  const text = withoutComments(markdown);
  const anchors = anchorsOf();
  const sections: GuideSection[] = [];
  for (const part of text.split(/^(?=#{1,3} )/m)) {
    const [, heading] = /^#{1,3} (.+)/.exec(part) ?? [];
    if (heading !== undefined) {
      sections.push({ heading: withoutMarkup(heading), anchor: anchors(heading), text: part });
    }
  }
  return {
    name,
    title: sections[0]?.heading ?? name,
    html: htmlOf(text),
    sections,
  };
}

function withoutComments(markdown: string): string {
  return markdown
    .split('<!--')
    .map((part, nr) => (nr === 0 ? part : part.slice(part.indexOf('-->') + 3).replace(/^\n/, '')))
    .join('');
}

function htmlOf(markdown: string): string {
  const anchors = anchorsOf();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${anchors(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        const to = hubUrlOf(href);
        return to === null ? words : `<a href="${escapeHtml(to)}">${words}</a>`;
      },
      image: ({ text }) => escapeHtml(text),
      html: ({ text }) => escapeHtml(text),
      table(token) {
        const cell = (words: string, tag: string) => `<${tag}>${words}</${tag}>`;
        // The cell above row names is empty, so it is not a header cell.
        const row = (cells: typeof token.header, tag: string) =>
          `<tr>${cells
            .map(({ tokens }) => this.parser.parseInline(tokens))
            .map((words) => cell(words, words === '' ? 'td' : tag))
            .join('')}</tr>`;
        const head = row(token.header, 'th');
        const body = token.rows.map((cells) => row(cells, 'td')).join('');
        return `<div class="wide" tabindex="0" role="group"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      code: ({ text }) => `<pre><code>${escapeHtml(text)}</code></pre>\n`,
    },
  });
  return marked.parse(markdown, { async: false });
}

/** The hub's URL for a guide's link; null: the file exists only in the source. */
function hubUrlOf(href: string): string | null {
  if (/^(?:https?:|mailto:|#)/.test(href)) return href;
  const [file = '', anchor] = href.split('#');
  const name = file.replace(/^\.\//, '').replace(/\.md$/, '');
  const at = anchor === undefined ? '' : `#${anchor}`;
  if (name === 'openapi.json') return '/openapi.json';
  if (name === ERRORS) return `/docs/errors${at}`;
  return guideNames().includes(name) ? `/docs/guides/${name}${at}` : null;
}

/** Creates anchors like Git forges, so that links work in both places. */
function anchorsOf(): (heading: string) => string {
  const seen = new Map<string, number>();
  return (heading) => {
    const anchor = withoutMarkup(heading)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  };
}

function withoutMarkup(markdown: string): string {
  return markdown
    .split('](')
    .map((part, nr) => (nr === 0 ? part : part.slice(part.indexOf(')') + 1)))
    .join('')
    .replaceAll(/[[`*]/g, '')
    .trim();
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { Marked } from 'marked';
import { FOLDER } from './folder.ts';
import { guidePath, orderOf } from './groups.ts';
import { pictureHtml } from './pictures.ts';

/** The languages of samples: as code blocks name them in Markdown, and as people do. */
export const SAMPLE_LANGUAGES = [
  ['sh', 'curl'],
  ['ts', 'TypeScript'],
  ['python', 'Python'],
] as const;

/**
 * The tabs above a sample in all languages. They choose for the whole page, as labels of the
 * choice in its header, which is what keyboards and screen readers use.
 */
export const SAMPLE_TABS = `<p class="tabs" aria-hidden="true">${SAMPLE_LANGUAGES.map(
  ([language, name]) => `<label class="${language}" for="in-${language}">${name}</label>`,
).join('')}</p>`;

let names: readonly string[] | null = null;

/** The guide to errors, which has its own page. */
export const ERRORS = 'errors';
/** The subfolder of `docs/` whose documents are guides, too. */
const SUBFOLDER = 'compat';

/**
 * The guides that the hub shows: each `docs/NAME.md`, and `compat/NAME`; none when an installation
 * omits the folder.
 */
export function guideNames(): readonly string[] {
  names ??= ['', `${SUBFOLDER}/`]
    .flatMap((folder) => documentsIn(`${FOLDER}${folder}`).map((name) => `${folder}${name}`))
    .filter((name) => name !== ERRORS)
    .sort((a, b) => orderOf(a) - orderOf(b) || (a < b ? -1 : 1));
  return names;
}

function documentsIn(folder: string): readonly string[] {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.flatMap((file) => /^(.+)\.md$/.exec(file)?.[1] ?? []);
}

const titles = new Map<string, string>();

/**
 * Readers of the hub's pages know guides by their titles, not by their files. Null: the hub does
 * not show it.
 */
export function guideTitle(name = ''): string | null {
  if (!guideNames().includes(name)) return null;
  const title =
    titles.get(name) ??
    withoutMarkup(/^# (.+)$/m.exec(readFileSync(`${FOLDER}${name}.md`, 'utf8'))?.[1] ?? name);
  titles.set(name, title);
  return title;
}

/** The part of a guide under one heading. */
interface GuideSection {
  readonly heading: string;
  readonly anchor: string;
  /** 1 for the guide's title. */
  readonly depth: number;
  /** What a reader sees, for the search: prose first, then the code in it. */
  readonly text: string;
}

export interface Guide {
  /** `webhooks`, and in a folder `carriers/ID`. */
  readonly name: string;
  readonly title: string;
  readonly html: string;
  /** Its source, without notes for tests. */
  readonly markdown: string;
  readonly sections: readonly GuideSection[];
}

export function loadGuide(name: string): Guide {
  return readGuide(name, readFileSync(`${FOLDER}${name}.md`, 'utf8'));
}

/** Parses a guide's Markdown. Pure. */
export function readGuide(name: string, written: string): Guide {
  const markdown = withoutComments(written).trimStart();
  const html = htmlOf(name, markdown);
  const sections = html.split(/(?=<h[123] )/).flatMap((part) => {
    const [heading = '', depth, anchor = '', words = ''] =
      /^<h(\d) id="([^"]*)">(.*)<\/h\d>/.exec(part) ?? [];
    if (depth === undefined) return [];
    const text = plainText(part.slice(heading.length));
    return [{ heading: plainText(words), anchor, depth: Number(depth), text }];
  });
  return {
    name,
    title: sections[0]?.heading ?? name,
    html: html.replaceAll(
      IN_ALL_LANGUAGES,
      (samples) => `<div class="samples">${SAMPLE_TABS}${samples}</div>\n`,
    ),
    markdown,
    sections,
  };
}

/** A sample in each language, one after the other. */
const IN_ALL_LANGUAGES = new RegExp(
  SAMPLE_LANGUAGES.map(([language]) => `<pre class="${language}"><code>[^<]*</code></pre>\\n`).join(
    '',
  ),
  'g',
);

/** The text of our own HTML without markup: first the prose, then the code blocks. */
function plainText(html: string): string {
  const parts = html.split(/(?=<pre)|(?<=<\/pre>)/);
  const isCode = (part: string) => part.startsWith('<pre');
  return [...parts.filter((part) => !isCode(part)), ...parts.filter(isCode)]
    .join(' ')
    .replaceAll(/<\/?(?:a|code|del|em|strong)\b[^<>]*>/g, '')
    .replaceAll(/<\/t[dh]><t[dh]>/g, ' · ')
    .replaceAll(/<[^<>]+>/g, ' ')
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (reference) => CHARACTERS[reference] ?? reference)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const CHARACTERS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** Comments tell tests which commands to run; readers need none. */
export function withoutComments(markdown: string): string {
  return markdown
    .split('<!--')
    .map((part, index) =>
      index === 0 ? part : part.slice(part.indexOf('-->') + 3).replace(/^\n/, ''),
    )
    .join('');
}

function htmlOf(from: string, markdown: string): string {
  const anchors = createAnchors();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${anchors(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        const to = hubUrlOf(from, href);
        if (to === null) return words;
        const title = /^[\w-]+\.md$/.test(words) ? guideTitle(targetOf(from, href)?.name) : null;
        return `<a href="${escapeHtml(to)}">${title === null ? words : escapeHtml(title)}</a>`;
      },
      image: ({ href, text }) => pictureHtml(href, escapeHtml(text)),
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
        return `<div class="wide-table" tabindex="0" role="group"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      code: ({ text, lang = '' }) =>
        `<pre class="${escapeHtml(lang)}"><code>${escapeHtml(text)}</code></pre>\n`,
    },
  });
  return marked.parse(markdown, { async: false });
}

/** Returns the hub's URL for a guide's link; null: the hub does not serve the linked file. */
function hubUrlOf(from: string, href: string): string | null {
  if (EXTERNAL.test(href)) return href;
  const target = targetOf(from, href);
  if (target === null) return null;
  const path = target.name === ERRORS ? `/docs/${ERRORS}` : guidePath(target.name);
  return `${target.name === OPENAPI ? `/${OPENAPI}` : path}${target.anchor}`;
}

/** A link that leads out of the repository, or stays on its page. */
export const EXTERNAL = /^(?:https?:|mailto:|#)/;
export const OPENAPI = 'openapi.json';
/** What the repository has instead of a generated page. */
const SOURCES_OF_PAGES = [
  ['carriers', /^(?:src\/adapters\/(?:bridges\/)?|packages\/carriers\/)([\w-]+)\/README\.md$/],
  ['shops', /^src\/shops\/platforms\/([\w-]+)\/index\.ts$/],
] as const;
const GENERATED = /^(?:carriers|shops)\/[\w-]+$/;

/** Returns the page that a guide's link leads to; null: to none that the hub serves. */
export function targetOf(
  from: string,
  href: string,
): { readonly name: string; readonly anchor: string } | null {
  const [path = '', heading] = href.split('#');
  const file = posix.join('docs', posix.dirname(from), path);
  const anchor = heading === undefined ? '' : `#${heading}`;
  if (file === `docs/${OPENAPI}`) return { name: OPENAPI, anchor };
  for (const [folder, source] of SOURCES_OF_PAGES) {
    const id = source.exec(file)?.[1];
    if (id !== undefined) return { name: `${folder}/${id}`, anchor: '' };
  }
  const name = /^docs\/(.+)\.md$/.exec(file)?.[1] ?? '';
  const isServed = name === ERRORS || GENERATED.test(name) || guideNames().includes(name);
  return isServed ? { name, anchor } : null;
}

/**
 * Returns a function that gives each heading of one page its anchor, numbered when it repeats, as
 * Git forges do: links work in both places.
 */
function createAnchors(): (heading: string) => string {
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
    .map((part, index) => (index === 0 ? part : part.slice(part.indexOf(')') + 1)))
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

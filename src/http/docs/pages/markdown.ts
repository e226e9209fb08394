import { readFileSync } from 'node:fs';
import type { OpenApiDocument } from '../compact.ts';
import { errorsMarkdown } from './errors-markdown.ts';
import { ERRORS, FOLDER, type Guide, grouped, guideNames, withoutComments } from './guides.ts';

/** The address of a hub in the guides. */
export const WRITTEN_URL = 'http://127.0.0.1:8080';

/** URL path of a guide, or of the errors, as Markdown. */
export function markdownPath(name: string): string {
  return `/docs/${name}.md`;
}

/**
 * A guide as Markdown, with the address of this hub.
 *
 * @param file `webhooks.md`. Null: there is no such guide.
 */
export function guideMarkdown(file: string, publicUrl: string): string | null {
  const name = file.replace(/\.md$/, '');
  if (name === file) return null;
  if (name !== ERRORS && !guideNames().includes(name)) return null;
  const written = name === ERRORS ? errorsMarkdown() : readFileSync(`${FOLDER}${file}`, 'utf8');
  return withoutComments(written)
    .trimStart()
    .replaceAll(WRITTEN_URL, publicUrl)
    .replaceAll(/!?\[([^\][]*)\]\(([^()\s]+)\)/g, (link, words, href) => linkOf(link, words, href));
}

/** A link that works on the hub; one to a file that the hub does not serve becomes its words. */
function linkOf(link: string, words: string, href: string): string {
  if (/^(?:https?:|mailto:|#)/.test(href)) return link;
  if (href === 'openapi.json') return `[${words}](/openapi.json)`;
  const name = /^(?:\.\/)?([\w-]+)\.md(?:#|$)/.exec(href)?.[1] ?? '';
  return name === ERRORS || guideNames().includes(name) ? link : words;
}

/** `/llms.txt`, by llmstxt.org: what the hub is, and every guide as Markdown. */
export function llmsText(
  { info }: OpenApiDocument,
  guides: readonly Guide[],
  publicUrl: string,
): string {
  const [summary = ''] = (info.description ?? '').split('\n\n');
  const line = (path: string, title: string, what: string) =>
    `- [${title}](${publicUrl}${path})${what === '' ? '' : `: ${what}`}`;
  const groups = grouped(guides).map(({ heading, guides: some }) => [
    `## ${heading}`,
    '',
    ...some.map(({ name, title, sections }) =>
      line(markdownPath(name), title, firstSentence(sections[0]?.text ?? '')),
    ),
    '',
  ]);
  return [
    `# ${info.title}`,
    '',
    `> ${summary.replaceAll('\n', ' ')}`,
    '',
    ...groups.flat(),
    '## API',
    '',
    line('/openapi.json', 'OpenAPI', 'every operation, with its input and output.'),
    line(markdownPath(ERRORS), 'Errors', 'every error and its remedy.'),
    '',
  ].join('\n');
}

function firstSentence(text: string): string {
  return /^.+?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, '.') ?? '';
}

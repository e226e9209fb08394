import { posix } from 'node:path';
import type { OpenApiDocument } from '../compact.ts';
import { errorsMarkdown } from './errors-markdown.ts';
import { grouped } from './groups.ts';
import { ERRORS, EXTERNAL, type Guide, OPENAPI, targetOf, withoutComments } from './guides.ts';

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
export function guideMarkdown(
  file: string,
  guides: readonly Guide[],
  publicUrl: string,
): string | null {
  const written =
    file === `${ERRORS}.md`
      ? withoutComments(errorsMarkdown()).trimStart()
      : guides.find(({ name }) => `${name}.md` === file)?.markdown;
  if (written === undefined) return null;
  return written
    .replaceAll(WRITTEN_URL, publicUrl)
    .replaceAll(/!?\[([^\][]*)\]\(([^()\s]+)\)/g, (link, words, href) =>
      linkOf(file, link, words, href),
    );
}

/** A link that works on the hub; one to a file that the hub does not serve becomes its words. */
function linkOf(from: string, link: string, words: string, href: string): string {
  if (EXTERNAL.test(href)) return link;
  const target = targetOf(from, href);
  if (target === null) return words;
  if (target.name === OPENAPI) return `[${words}](/${OPENAPI})`;
  return `[${words}](${posix.relative(posix.dirname(from), `${target.name}.md`)}${target.anchor})`;
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
    line(`/${OPENAPI}`, 'OpenAPI', 'every operation, with its input and output.'),
    line(markdownPath(ERRORS), 'Errors', 'every error and its remedy.'),
    '',
  ].join('\n');
}

function firstSentence(text: string): string {
  return /^.+?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, '.') ?? '';
}

import { ERROR_CODES } from '../../../kernel/errors.ts';
import { wordsOfCode } from '../../../platform/messages/error-text.ts';
import type { DocArea } from './areas.ts';
import { guidePath } from './groups.ts';
import type { Guide } from './guides.ts';
import type { DocEntry } from './search.ts';

/** All searchable entries of the docs, with their links. Pure. */
export function entriesOf(areas: readonly DocArea[], guides: readonly Guide[]): DocEntry[] {
  return [
    ...guides.flatMap(({ name, title, sections }) =>
      sections.map(({ heading, anchor, text }, i) => ({
        href: `${guidePath(name)}${i === 0 ? '' : `#${anchor}`}`,
        title: heading,
        where: i === 0 ? 'Guide' : title,
        text,
        keywords: name,
        isPage: i === 0,
      })),
    ),
    ...areas.flatMap(({ slug, name, description, operations }) => [
      {
        href: `/docs/api/${slug}`,
        title: name,
        where: 'API',
        text: withoutBackticks(description),
        keywords: slug,
        isPage: true,
      },
      ...operations.map(({ method, path, operation }) => ({
        href: `/docs/api/${slug}#${operation.operationId}`,
        title: operation.summary,
        where: `${name} · ${method.toUpperCase()} ${path}`,
        text: withoutBackticks(operation.description ?? ''),
        keywords: operation.operationId,
        isPage: false,
      })),
    ]),
    ...ERROR_CODES.map((code) => {
      const { title, fix } = wordsOfCode(code);
      const [where, keywords] = [`Errors · ${code}`, code];
      return {
        href: `/docs/errors#${code}`,
        title,
        where,
        text: withoutBackticks(fix),
        keywords,
        isPage: false,
      };
    }),
  ];
}

function withoutBackticks(text: string): string {
  return text.replaceAll('`', '');
}

import { posix } from 'node:path';
import type { DocSite } from '../../src/http/docs/pages/docs-page.tsx';
import { guidePath } from '../../src/http/docs/pages/groups.ts';

/** A page that the hub shows at `path`. */
interface HubPage {
  readonly path: string;
  readonly html: string;
}

/** Browsers ask the root of a server for one, which may be another site's. */
export const ICON = '/docs/icon.svg';
const CONSOLE_LINK = '<a class="wide" href="/console">Console</a>';
/** Requests are sent from a hub's own pages only. */
const REQUEST_FORM = /<form class="try"[\s\S]*?<\/form>/g;
const URL_IN_HTML = /((?: (?:href|src|srcset|action)="|url\())(\/[^")#?]*)/g;

/** Every page of the hub's docs but the search, which needs a script here. Pure. */
export function pagesOf(
  site: DocSite,
  names: { readonly guides: readonly string[]; readonly areas: readonly string[] },
): readonly HubPage[] {
  const pages = [
    { path: '/docs', html: site.index() },
    { path: '/docs/api', html: site.api() },
    { path: '/docs/errors', html: site.errors() },
    { path: '/docs/search', html: site.search('') },
    ...names.areas.map((slug) => ({ path: `/docs/api/${slug}`, html: site.area(slug) ?? '' })),
    ...names.guides.map((name) => ({ path: guidePath(name), html: site.guide(name) ?? '' })),
  ];
  return pages.map(({ path, html }) => ({
    path,
    html: html
      .replace(CONSOLE_LINK, '')
      .replaceAll(REQUEST_FORM, '')
      .replace('</head>', `<link rel="icon" href="${ICON}"/></head>`),
  }));
}

/**
 * Returns the pages as files of a site that can be stored in any folder of any server: their links
 * are relative. Pure.
 *
 * @param files the paths of everything else on the site, such as `/openapi.json`.
 * @throws if a link leads nowhere.
 */
export function siteFiles(
  pages: readonly HubPage[],
  files: readonly string[],
): ReadonlyMap<string, string> {
  const folders = new Set(pages.map(({ path }) => path));
  const dead: string[] = [];
  const written = pages.map(({ path, html }) => {
    const linked = html.replaceAll(URL_IN_HTML, (_, before: string, to: string) => {
      if (!folders.has(to) && !files.includes(to)) dead.push(`${path}: ${to}`);
      const relative = posix.relative(path, to) || '.';
      return `${before}${relative}${folders.has(to) ? '/' : ''}`;
    });
    return [`${path}/index.html`, linked] as const;
  });
  dead.push(...lostAnchors(pages));
  if (dead.length > 0) throw new Error(`These links lead nowhere:\n${dead.join('\n')}`);
  return new Map(written);
}

/** Links to a heading that its page lacks. */
function lostAnchors(pages: readonly HubPage[]): readonly string[] {
  const ids = new Map(
    pages.map(({ path, html }) => [
      path,
      new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
    ]),
  );
  return pages.flatMap(({ path, html }) =>
    [...html.matchAll(/ href="([^"#?]*)#([^"]+)"/g)].flatMap(([, to = '', anchor]) => {
      const target = ids.get(to === '' ? path : to);
      return target === undefined || target.has(anchor) ? [] : [`${path}: ${to}#${anchor}`];
    }),
  );
}

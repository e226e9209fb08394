import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../kernel/errors.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { productVersion } from '../api/system/description.ts';
import { openapiDescription } from '../api/system/operations.ts';
import { choices, foundParcels, merchantNeeded, publicTrack } from '../public/tracking/schema.ts';
import { openTestPublic, type TestPublic } from '../public/tracking/test-public.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { API_OPERATIONS, OPERATIONS } from '../testing/test-operations.ts';
import { guidesMadeHere } from './made/made-here.ts';
import { openApiDocument } from './openapi.ts';
import { docSite } from './pages/docs-page.tsx';
import { errorsMarkdown } from './pages/errors-markdown.ts';
import { guidePath } from './pages/groups.ts';
import { guideNames, loadGuide, readGuide } from './pages/guides.ts';

const document = openApiDocument(productVersion(), API_OPERATIONS);
const made = await guidesMadeHere();
const docs = docSite(
  document,
  [...guideNames().map(loadGuide), ...made],
  'https://track.example.com',
);
const CODES = ERROR_CODES.toSorted();

let site: TestPublic;
let hub: TestHub;
beforeAll(async () => {
  site = await openTestPublic();
  hub = site.hub;
});
afterAll(() => site.close());

/** A name such as `aName` or `A_NAME`, except for settings. */
const CODE_NAME = /\b(?:[a-z]+[A-Z][a-z]\w*|(?!WAYBILL_|DATABASE_|REDIS_|KAFKA_)[A-Z]+_[A-Z_]+)\b/g;

describe('the catalogue of errors', () => {
  it('is the same set in code, OpenAPI, docs/errors.md and /docs/errors', () => {
    const text = JSON.stringify(document);
    const answered = [...text.matchAll(/"#\/components\/examples\/([\w-]+)"/g)].map(
      ([, code]) => code,
    );
    expect([...new Set(answered)].sort()).toEqual(CODES);
    expect(Object.keys(document.components?.examples ?? {}).sort()).toEqual(CODES);
    const headings = errorsMarkdown().match(/^## [\w-]+$/gm) ?? [];
    expect(headings.map((heading) => heading.slice(3)).sort()).toEqual(CODES);
    const anchors = docs.errors().match(/<section id="[\w-]+"/g) ?? [];
    expect(anchors.map((anchor) => anchor.slice(13, -1)).sort()).toEqual(CODES);
  });
});

describe('the description of the API', () => {
  it('matches the committed docs/openapi.json and docs/errors.md', () => {
    const file = (name: string) => readFileSync(`${PROJECT_ROOT}docs/${name}`, 'utf8');
    expect(JSON.parse(file('openapi.json'))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(file('errors.md')).toBe(errorsMarkdown());
  });

  it('lists exactly the routes that the server handles', () => {
    // An operation under /v1 and a page may share a method and path.
    const served = new Set(hub.routes.map(({ method, path }) => `${method} ${path}`));
    expect(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      [...served].sort(),
    );
  });

  it('names every parameter of every path, and each operation once', () => {
    for (const { path, params } of OPERATIONS) {
      const names = (path.match(/:([a-z_]+)/g) ?? []).map((name) => name.slice(1));
      expect([path, Object.keys(params ?? {})]).toEqual([path, names]);
    }
    const ids = OPERATIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('resolves every reference', () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('$defs');
    for (const [, section = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      const found = (document.components as Record<string, Record<string, unknown>>)[section];
      expect([name, found?.[name] !== undefined]).toEqual([name, true]);
    }
  });

  it('lists exactly the answers without a key', async () => {
    const number = '123456789';
    const { move } = await site.track({ number, order: 'an-order' });
    await move('picked_up');
    await site.track({ number, carrier: site.carriers[1] });
    await site.track({ number: '5', merchant: 'second', order: 'an-order' });
    const answer = async (path: string) => (await site.call('GET', `/v1${path}`)).body;
    publicTrack.parse(await answer(`/track/${site.carriers[0]}/${number}`));
    choices.parse(await answer(`/track/${number}`));
    merchantNeeded.parse(await answer('/track?order=an-order'));
    foundParcels.parse(await answer('/track?order=an-order&merchant=second'));
  });

  it('describes the API and no pages', () => {
    expect(JSON.stringify(document)).not.toContain('"text/html"');
    const paths = Object.keys(document.paths ?? {});
    expect(paths.filter((path) => path.startsWith('/console'))).toEqual([]);
    expect(paths.filter((path) => path.startsWith('/ops')).length).toBeGreaterThan(15);
  });

  it('contains no name of our code in a text', () => {
    const texts = JSON.stringify(document).matchAll(
      /"(?:description|summary)":"((?:\\.|[^"\\])*)"/g,
    );
    const names = [...texts].flatMap(([, text = '']) =>
      [...text.replaceAll(/`[^`]*`|\\n/g, ' ').matchAll(CODE_NAME)].map(
        ([name]) => `${name} in ${text}`,
      ),
    );
    expect(names).toEqual([]);
  });

  it('gives each operation an id, and a summary that does not repeat the id', () => {
    for (const { id, summary } of API_OPERATIONS) {
      expect(id).toMatch(/^[a-z]+(?:[A-Z][a-z]*)+$/);
      expect(summary).toMatch(/^[A-Z][a-z]+,? .{4,80}[^.]$/);
    }
    const summaries = API_OPERATIONS.map(({ summary }) => summary);
    expect(new Set(summaries).size).toBe(summaries.length);
  });

  it('contains each error, parameter and schema once: it fits into 41,000 lines', () => {
    expect(JSON.stringify(document, null, 2).split('\n').length).toBeLessThanOrEqual(41_000);
    const { responses = {}, parameters = {} } = document.components ?? {};
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['NotFound', 'RateLimited']));
    expect(Object.keys(parameters)).toEqual(
      expect.arrayContaining(['IdempotencyKey', 'ShipmentId']),
    );
  });

  it('is served unchanged', async () => {
    const answer = await fetch(`${hub.url}/v1/openapi.json`);
    const served = await answer.json();
    expect(served).toEqual(JSON.parse(JSON.stringify(document)));
    openapiDescription.parse(served);
  });
});

let pagesOnce: ReadonlyMap<string, string> | null = null;

/** All pages reachable from the first page of the docs. */
function allPages(): ReadonlyMap<string, string> {
  if (pagesOnce !== null) return pagesOnce;
  const pages = new Map<string, string>();
  const waiting = ['/docs'];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (pages.has(path)) continue;
    const [, kind = '', name = ''] = /^\/docs(?:\/(api|guides)\/([a-z0-9/-]+))?$/.exec(path) ?? [];
    const html =
      path === '/docs/errors'
        ? docs.errors()
        : path === '/docs/api'
          ? docs.api()
          : kind === 'api'
            ? docs.area(name)
            : kind === 'guides'
              ? docs.guide(name)
              : docs.index();
    if (html === null) throw new Error(`${path} leads to nothing`);
    pages.set(path, html);
    for (const [, to = ''] of html.matchAll(/href="(\/docs[^"#]*)/g)) {
      if (!/\.\w+$/.test(to)) waiting.push(to);
    }
  }
  pagesOnce = pages;
  return pages;
}

describe('the docs', () => {
  it('are small, and load nothing but their own script and the typeface of the console', async () => {
    const answer = await fetch(`${hub.url}/docs/api/shipments`);
    const html = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base/,
    );
    expect(html).not.toMatch(
      /<script(?! type="module" src="\/docs\/docs\.js")|<img|<link(?! rel="preload" href="\/console\/assets\/latin)|@import|url\((?!\/console\/assets\/(latin|european))/,
    );
    const script = await fetch(`${hub.url}/docs/docs.js`);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    // A request that works there works anywhere with that key: no cookie is sent.
    expect(await script.text()).toContain("credentials: 'omit'");
    for (const [path, page] of allPages())
      expect([path, page.length < 200_000]).toEqual([path, true]);
  });

  it('name this hub in the samples of guides and operations', async () => {
    for (const path of ['/docs/guides/quickstart', '/docs/api/shipments']) {
      const html = await (await fetch(`${hub.url}${path}`)).text();
      expect(html).toContain(`${hub.url}/v1/shipments`);
      expect(html).not.toContain('http://127.0.0.1:8080');
    }
  });

  it('contain every operation, schema, guide and heading they link to', () => {
    const pages = allPages();
    const ids = new Map(
      [...pages].map(([path, html]) => [
        path,
        new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
      ]),
    );
    for (const [path, html] of pages) {
      for (const [, to = path, anchor = ''] of html.matchAll(/href="(\/docs[^"#]*)?#([^"]+)"/g)) {
        expect([path, to, anchor, ids.get(to)?.has(anchor)]).toEqual([path, to, anchor, true]);
      }
    }
    const all = new Set([...ids.values()].flatMap((each) => [...each]));
    for (const { id } of API_OPERATIONS) expect(all).toContain(id);
    expect(guideNames()).toContain('merchants');
    expect(JSON.parse(readFileSync(`${PROJECT_ROOT}package.json`, 'utf8')).files).toContain('docs');
    for (const name of [...guideNames(), ...made.map((guide) => guide.name)])
      expect([name, pages.has(guidePath(name))]).toEqual([name, true]);
  });

  it('are served as Markdown too, with a list for language models', async () => {
    for (const [path, type] of [
      ['/docs/webhooks.md', 'text/markdown; charset=utf-8'],
      ['/docs/compat/easypost.md', 'text/markdown; charset=utf-8'],
      ['/llms.txt', 'text/plain; charset=utf-8'],
    ] as const) {
      const answer = await fetch(hub.url + path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
      const text = await answer.text();
      expect([path, text.startsWith('# '), text.includes(hub.url)]).toEqual([path, true, true]);
    }
    const carrier = await fetch(`${hub.url}/docs/guides/carriers/ups`);
    expect(await carrier.text()).toContain('<h1 id="ups">UPS</h1>');
    const unknown = await fetch(`${hub.url}/docs/nothing.md`);
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json',
    ]);
  });

  it('escape HTML in guides', () => {
    const { html } = readGuide('merchants', '# A <b>x</b>\n\n<script>alert(1)</script>\n');
    expect(html).not.toMatch(/<script|<b>/);
    expect(html).toContain('&lt;script&gt;');
  });

  it('find operations, errors and contents of guides', async () => {
    const found = async (query: string) => {
      const answer = await fetch(`${hub.url}/docs/search?q=${encodeURIComponent(query)}`);
      expect(answer.status).toBe(200);
      const html = await answer.text();
      const main = html.slice(html.indexOf('<main'));
      return [...main.matchAll(/href="([^"]+)"/g)].map(([, to]) => to);
    };
    expect((await found('refresh shipment')).join()).toContain('/docs/api/shipments#');
    expect(await found('idempotency_conflict')).toContain('/docs/errors#idempotency_conflict');
    expect((await found('webhook signature')).join()).toContain('/docs/guides/');
    expect(await found('"><script>alert(1)</script>')).toEqual([]);
    expect(await found('')).toEqual([]);
    expect((await fetch(`${hub.url}/docs/guides/nothing`)).status).toBe(404);
    expect((await fetch(`${hub.url}/docs/api/nothing`)).status).toBe(404);
  });

  it.each(['/docs/x/webhooks', '/docs/guides/webhooks_old', '/docs/api/webhooks.html'])(
    'say that nothing is at %s, with what was perhaps looked for',
    async (path) => {
      const at = (accept: string) => fetch(hub.url + path, { headers: { accept } });
      const page = await at('text/html');
      expect([page.status, page.headers.get('cache-control')]).toEqual([404, 'no-store']);
      const html = await page.text();
      expect(html).toContain('<h1>Page not found</h1>');
      expect(html).toContain('aria-label="Search the docs"');
      if (path.endsWith('webhooks')) expect(html).toContain('class="hits"><li><a href="/docs/');
      const problem = await at('application/json');
      expect([problem.status, problem.headers.get('content-type')]).toEqual([
        404,
        'application/problem+json',
      ]);
    },
  );

  it('name other guides by their titles', () => {
    const { html } = readGuide(
      'x',
      '# X\n\n[webhooks.md](webhooks.md), [here](webhooks.md#what-is-posted)',
    );
    expect(html).toContain('<a href="/docs/guides/webhooks">Webhooks and events</a>');
    expect(html).toContain('<a href="/docs/guides/webhooks#what-is-posted">here</a>');
  });
});

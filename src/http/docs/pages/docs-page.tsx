import { ERROR_CODES, STATUS_OF } from '../../../kernel/errors.ts';
import { wordsOfCode } from '../../../platform/messages/error-text.ts';
import type { OpenApiDocument } from '../compact.ts';
import { areasOf, type DocArea, schemasOf } from './areas.ts';
import { type DocPage, docPage } from './frame.tsx';
import { grouped, guidePath } from './groups.ts';
import { ERRORS, type Guide } from './guides.ts';
import { HomePage } from './home-page.tsx';
import { guideMarkdown, llmsText, markdownPath, WRITTEN_URL } from './markdown.ts';
import { OperationSection } from './operation-section.tsx';
import { type DocSchema, Prose, TypeWords } from './schema-words.tsx';
import { type DocEntry, type DocHit, type Highlighted, searchDocs } from './search.ts';
import { entriesOf } from './search-entries.ts';

export interface DocSite {
  /** `/docs` */
  index(): string;
  /** `/docs/api` */
  api(): string;
  /** `/docs/api/:area`; null for an unknown area. */
  area(slug: string): string | null;
  /** `/docs/guides/:guide`, also in a folder; null for an unknown guide. */
  guide(name: string): string | null;
  /** `/docs/webhooks.md`: a guide as Markdown, or the errors; null for an unknown one. */
  markdown(file: string): string | null;
  /** `/llms.txt` */
  llms(): string;
  /** `/docs/errors`: every error of the catalogue, with the anchor in a problem's `type`. */
  errors(): string;
  /** `/docs/search?q=` */
  search(query: string): string;
  /** At an unknown path below `/docs`, with results for the words of that path. */
  nowhere(words: string): string;
}

interface Known {
  readonly areas: readonly DocArea[];
  readonly guides: readonly Guide[];
  readonly schemas: ReadonlyMap<string, DocSchema>;
  readonly contents: Contents;
  readonly publicUrl: string;
}

/**
 * The OpenAPI document and the guides as pages: complete without a script, and without external
 * files.
 */
export function docSite(
  document: OpenApiDocument,
  written: readonly Guide[],
  publicUrl: string,
): DocSite {
  // Samples are copied from here, so they name this hub.
  const guides = written.map((guide) => ({
    ...guide,
    html: guide.html.replaceAll(WRITTEN_URL, publicUrl),
  }));
  const areas = areasOf(document);
  const contents = contentsOf(areas, guides);
  const known: Known = { areas, guides, schemas: schemasOf(document), contents, publicUrl };
  let entries: readonly DocEntry[] | null = null;
  const find = (query: string) => {
    entries ??= entriesOf(areas, guides);
    return searchDocs(entries, query);
  };
  return {
    index: () => indexPage(known),
    api: () => apiPage(document, known),
    area(slug) {
      const area = areas.find((each) => each.slug === slug);
      return area === undefined ? null : areaPage(area, known);
    },
    guide(name) {
      const guide = guides.find((each) => each.name === name);
      return guide === undefined ? null : guidePage(guide, contents);
    },
    markdown: (file) => guideMarkdown(file, guides, publicUrl),
    llms: () => llmsText(document, guides, publicUrl),
    errors: () => errorsPage(contents),
    search: (query) => searchPage(query, find(query), contents),
    nowhere: (words) => nowherePage(find(words), contents),
  };
}

type Contents = DocPage['contents'];

function contentsOf(areas: readonly DocArea[], guides: readonly Guide[]): Contents {
  return [
    ...grouped(guides).map(({ heading, guides: some }) => ({
      heading,
      links: some.map(({ name, title }) => ({ href: guidePath(name), text: title })),
    })),
    {
      heading: 'API',
      links: [
        { href: '/docs/api', text: 'All areas' },
        ...areas.map(({ slug, name }) => ({ href: `/docs/api/${slug}`, text: name })),
        { href: '/docs/errors', text: 'Errors' },
        { href: '/openapi.json', text: 'openapi.json' },
        { href: '/llms.txt', text: 'llms.txt' },
      ],
    },
  ];
}

/** The ways into the docs, by reader and by task. */
function indexPage({ guides, contents }: Pick<Known, 'guides' | 'contents'>) {
  return docPage({
    title: 'Waybill docs',
    contents,
    at: '/docs',
    children: <HomePage guides={guides} />,
  });
}

/** What all operations have in common, and their areas. */
function apiPage(
  document: OpenApiDocument,
  { areas, contents }: Pick<Known, 'areas' | 'contents'>,
) {
  return docPage({
    title: 'Waybill API',
    contents,
    at: '/docs/api',
    children: (
      <>
        <h1>API</h1>
        {(document.info.description ?? '').split('\n\n').map((text) => (
          <p key={text}>
            <Prose text={text} />
          </p>
        ))}
        <div class="cards">
          {areas.map(({ slug, name, description }) => (
            <section key={slug}>
              <h2>
                <a href={`/docs/api/${slug}`}>{name}</a>
              </h2>
              <p class="dim">
                <Prose text={description} />
              </p>
            </section>
          ))}
        </div>
      </>
    ),
  });
}

function areaPage(
  { slug, name, description, operations, schemas: named }: DocArea,
  { schemas, contents, publicUrl }: Pick<Known, 'schemas' | 'contents' | 'publicUrl'>,
) {
  return docPage({
    title: `${name} · Waybill API`,
    contents,
    at: `/docs/api/${slug}`,
    isReference: true,
    children: (
      <>
        <h1>{name}</h1>
        <p class="dim">
          <Prose text={description} />
        </p>
        <ul>
          {operations.map(({ method, operation: { operationId, summary } }) => (
            <li key={operationId}>
              <b class={`method ${method}`}>{method.toUpperCase()}</b>{' '}
              <a href={`#${operationId}`}>{summary}</a>
            </li>
          ))}
        </ul>
        {operations.map((each) => (
          <OperationSection
            key={each.operation.operationId}
            {...each}
            publicUrl={publicUrl}
            schemas={schemas}
          />
        ))}
        {named.length > 0 && <h2 id="schemas">Schemas</h2>}
        {named.map(([schemaName, schema]) => (
          <SchemaSection key={schemaName} name={schemaName} schema={schema} />
        ))}
      </>
    ),
  });
}

function guidePage(guide: Guide, contents: Contents) {
  return docPage({
    title: `${guide.title} · Waybill`,
    contents,
    at: guidePath(guide.name),
    markdown: markdownPath(guide.name),
    outline: guide.sections
      .filter(({ depth }) => depth === 2)
      .map(({ heading, anchor }) => ({ href: `#${anchor}`, text: heading })),
    children: <Article of={guide} />,
  });
}

/** Rendered from our own Markdown, where HTML is escaped. */
function Article({ of: { html } }: { readonly of: Guide }) {
  return <article dangerouslySetInnerHTML={{ __html: html }} />;
}

function searchPage(query: string, hits: readonly DocHit[], contents: Contents) {
  const found = hits.length === 1 ? 'One result' : `${hits.length} results, best first`;
  const nothing =
    query === ''
      ? 'Type some words: a task, a path, the name of a member or of an error.'
      : 'Nothing contains all of these words. Try fewer, or the name of a member or an error.';
  return docPage({
    title: 'Search · Waybill docs',
    contents,
    at: '/docs/search',
    query,
    children: (
      <>
        <h1>Search</h1>
        <p class="dim">{hits.length === 0 ? nothing : found}</p>
        <Hits of={hits} />
      </>
    ),
  });
}

/** As many as a reader looks through for a page that moved. */
const SUGGESTIONS = 5;

function nowherePage(hits: readonly DocHit[], contents: Contents) {
  return docPage({
    title: 'Page not found · Waybill docs',
    contents,
    at: '',
    children: (
      <>
        <h1>Page not found</h1>
        <p>
          There is nothing at this address. Search the docs above, or start at the{' '}
          <a href="/docs">first page</a>.
        </p>
        <Hits of={hits.slice(0, SUGGESTIONS)} />
      </>
    ),
  });
}

function Hits({ of }: { readonly of: readonly DocHit[] }) {
  return (
    <ol class="hits">
      {of.map(({ href, title, where, excerpt }) => (
        <li key={href}>
          <a href={href}>
            <Marked text={title} />
          </a>
          <p class="dim">{where}</p>
          <p>
            <Marked text={excerpt} />
          </p>
        </li>
      ))}
    </ol>
  );
}

function Marked({ text }: { readonly text: Highlighted }) {
  return <>{text.map((piece, i) => (i % 2 === 1 ? <mark>{piece}</mark> : piece))}</>;
}

function errorsPage(contents: Contents) {
  const entries = ERROR_CODES.map((code) => ({ code, ...wordsOfCode(code) }));
  return docPage({
    title: 'Waybill API errors',
    contents,
    at: '/docs/errors',
    markdown: markdownPath(ERRORS),
    children: (
      <>
        <h1>Errors</h1>
        <p>
          Every error is <code>application/problem+json</code>. Its <code>type</code> leads here,
          its <code>errors</code> name each member at fault, and its <code>request_id</code> finds
          the request in the operator’s log.
        </p>
        {entries.map(({ code, title, fix }) => (
          <section id={code} key={code}>
            <h2>
              <a href={`#${code}`}>{title}</a>
            </h2>
            <p>
              <b>{STATUS_OF[code]}</b> <code>{code}</code>
            </p>
            <p>{fix}</p>
          </section>
        ))}
      </>
    ),
  });
}

function SchemaSection({ name, schema }: { readonly name: string; readonly schema: DocSchema }) {
  const required = new Set(schema.required ?? []);
  return (
    <section id={`schema-${name}`}>
      <h3>{name}</h3>
      {schema.description === undefined ? null : (
        <p>
          <Prose text={schema.description} />
        </p>
      )}
      {schema.properties === undefined ? (
        <p>
          <TypeWords schema={schema} />
        </p>
      ) : (
        <dl>
          {Object.entries(schema.properties).map(([member, of]) => (
            <>
              <dt>
                <code>{member}</code>
              </dt>
              <dd>
                <TypeWords schema={of} />
                {required.has(member) ? '' : ', optional'}
                {of.description === undefined ? null : (
                  <>
                    . <Prose text={of.description} />
                  </>
                )}
              </dd>
            </>
          ))}
        </dl>
      )}
    </section>
  );
}

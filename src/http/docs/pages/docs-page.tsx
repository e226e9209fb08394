import { ERROR_CODES, STATUS_OF } from '../../../kernel/errors.ts';
import { wordsOfCode } from '../../../platform/messages/error-text.ts';
import type { OpenApiDocument } from '../compact.ts';
import { areasOf, type DocArea, schemasOf } from './areas.ts';
import { type DocPage, docPage } from './frame.tsx';
import type { Guide } from './guides.ts';
import { OperationSection } from './operation-section.tsx';
import { type DocSchema, Prose, TypeWords } from './schema-words.tsx';
import { type DocEntry, entriesOf, searchDocs } from './search.ts';

export interface DocSite {
  /** `/docs` */
  index(): string;
  /** `/docs/api/:area`; null for an unknown area. */
  area(slug: string): string | null;
  /** `/docs/guides/:guide`; null for an unknown guide. */
  guide(name: string): string | null;
  /** `/docs/errors`: every error of the catalogue, with the anchor in a problem's `type`. */
  errors(): string;
  /** `/docs/search?q=` */
  search(query: string): string;
}

/**
 * The OpenAPI document and the guides as pages: complete without a script, and without external
 * files.
 */
export function docSite(
  document: OpenApiDocument,
  guides: readonly Guide[],
  publicUrl: string,
): DocSite {
  const areas = areasOf(document);
  const schemas = schemasOf(document);
  const contents = contentsOf(areas, guides);
  let entries: readonly DocEntry[] | null = null;
  return {
    index: () => indexPage(document, areas, contents),
    area(slug) {
      const area = areas.find((each) => each.slug === slug);
      return area === undefined ? null : areaPage(area, schemas, contents, publicUrl);
    },
    guide(name) {
      const guide = guides.find((each) => each.name === name);
      return guide === undefined ? null : guidePage(guide, contents);
    },
    errors: () => errorsPage(contents),
    search(query) {
      entries ??= entriesOf(areas, guides);
      return searchPage(query, searchDocs(entries, query), contents);
    },
  };
}

type Contents = DocPage['contents'];

function contentsOf(areas: readonly DocArea[], guides: readonly Guide[]): Contents {
  return [
    {
      heading: 'Guides',
      links: guides.map(({ name, title }) => ({ href: `/docs/guides/${name}`, text: title })),
    },
    {
      heading: 'API',
      links: [
        ...areas.map(({ slug, name }) => ({ href: `/docs/api/${slug}`, text: name })),
        { href: '/docs/errors', text: 'Errors' },
        { href: '/openapi.json', text: 'openapi.json' },
      ],
    },
  ];
}

function indexPage(document: OpenApiDocument, areas: readonly DocArea[], contents: Contents) {
  const [guides] = contents;
  return docPage({
    title: 'Waybill docs',
    contents,
    at: '/docs',
    children: (
      <>
        <h1>Waybill docs</h1>
        {(document.info.description ?? '').split('\n\n').map((text) => (
          <p key={text}>
            <Prose text={text} />
          </p>
        ))}
        <h2 id="guides">Guides</h2>
        <ul>
          {guides?.links.map(({ href, text }) => (
            <li key={href}>
              <a href={href}>{text}</a>
            </li>
          ))}
        </ul>
        {areas.map(({ slug, name, description, operations }) => (
          <section key={slug}>
            <h2>
              <a href={`/docs/api/${slug}`}>{name}</a>
            </h2>
            <p class="dim">{description}</p>
            <ul class="plain">
              {operations.map(({ method, operation: { operationId, summary } }) => (
                <li key={operationId}>
                  <b class={`method ${method}`}>{method.toUpperCase()}</b>{' '}
                  <a href={`/docs/api/${slug}#${operationId}`}>{summary}</a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </>
    ),
  });
}

function areaPage(
  { slug, name, description, operations, schemas: named }: DocArea,
  schemas: ReadonlyMap<string, DocSchema>,
  contents: Contents,
  publicUrl: string,
) {
  return docPage({
    title: `${name} · Waybill API`,
    contents,
    at: `/docs/api/${slug}`,
    canTry: true,
    children: (
      <>
        <h1>{name}</h1>
        <p class="dim">{description}</p>
        <ul class="plain">
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

function guidePage({ name, title, html }: Guide, contents: Contents) {
  return docPage({
    title: `${title} · Waybill`,
    contents,
    at: `/docs/guides/${name}`,
    // Rendered from our own Markdown, where HTML is escaped.
    children: <article dangerouslySetInnerHTML={{ __html: html }} />,
  });
}

function searchPage(query: string, hits: ReturnType<typeof searchDocs>, contents: Contents) {
  return docPage({
    title: 'Search · Waybill docs',
    contents,
    at: '/docs/search',
    query,
    children: (
      <>
        <h1>Search</h1>
        <p>
          {hits.length === 0
            ? 'Nothing holds all of these words. Try fewer, or the name of a member or an error.'
            : `${hits.length === 1 ? 'One result' : `${hits.length} results`}, best first.`}
        </p>
        {hits.map(({ href, title, where, excerpt }) => (
          <section key={href}>
            <h2 class="hit">
              <a href={href}>{title}</a>
            </h2>
            <p class="dim">{where}</p>
            <p>{excerpt}</p>
          </section>
        ))}
      </>
    ),
  });
}

function errorsPage(contents: Contents) {
  const entries = ERROR_CODES.map((code) => ({ code, ...wordsOfCode(code) }));
  return docPage({
    title: 'Waybill API errors',
    contents,
    at: '/docs/errors',
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
            <h2 class="hit">
              <a href={`#${code}`}>{title}</a>
            </h2>
            <p class="at">
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

import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { ERRORS } from '../../../kernel/errors.ts';
import type { OpenApiDocument } from '../openapi.ts';
import { type DocOperation, OperationSection } from './operation-section.tsx';
import { type DocSchema, Prose, TypeWords } from './schema-words.tsx';
import { DOCS_CSS } from './style.ts';

/** The OpenAPI document as a page: complete, without script, without anything loaded. */
export function docsPage(document: OpenApiDocument, publicUrl: string): string {
  const operations = listOperations(document);
  const schemas = Object.entries(document.components?.schemas ?? {}) as [string, DocSchema][];
  const tags = document.tags ?? [];
  return page(
    'Waybill API',
    <>
      <nav aria-label="Contents">
        {tags.map(({ name }) => (
          <>
            <b>{name}</b>
            {operations
              .filter(({ operation }) => operation.tags.includes(name))
              .map(({ operation }) => (
                <a href={`#${operation.operationId}`}>{operation.summary}</a>
              ))}
          </>
        ))}
        <b>More</b>
        <a href="#schemas">Schemas</a>
        <a href="/docs/errors">Errors</a>
        <a href="/openapi.json">openapi.json</a>
      </nav>
      <main>
        <h1>Waybill API</h1>
        {(document.info.description ?? '').split('\n\n').map((text) => (
          <p>
            <Prose text={text} />
          </p>
        ))}
        {tags.map(({ name, description }) => (
          <>
            <h2>{name}</h2>
            <p class="dim">{description}</p>
            {operations
              .filter(({ operation }) => operation.tags.includes(name))
              .map((each) => (
                <OperationSection {...each} publicUrl={publicUrl} />
              ))}
          </>
        ))}
        <h2 id="schemas">Schemas</h2>
        {schemas.map(([name, schema]) => (
          <SchemaSection name={name} schema={schema} />
        ))}
      </main>
    </>,
  );
}

/** Every error of the catalogue, at the anchor that `type` of a problem leads to. */
export function errorsPage(): string {
  const entries = Object.entries(ERRORS);
  return page(
    'Waybill API errors',
    <>
      <nav aria-label="Contents">
        <b>Errors</b>
        {entries.map(([code]) => (
          <a href={`#${code}`}>{code}</a>
        ))}
        <b>More</b>
        <a href="/docs">The API</a>
      </nav>
      <main>
        <h1>Errors</h1>
        <p>
          Every error is <code>application/problem+json</code>. Its <code>type</code> leads here,
          its <code>errors</code> name each member at fault, and its <code>request_id</code> finds
          the request in the operator’s log.
        </p>
        {entries.map(([code, { status, title, fix }]) => (
          <section id={code}>
            <h3>
              <a href={`#${code}`}>{title}</a>
            </h3>
            <p class="at">
              <b>{status}</b> <code>{code}</code>
            </p>
            <p>{fix}</p>
          </section>
        ))}
      </main>
    </>,
  );
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

const METHODS = ['post', 'get', 'put', 'patch', 'delete'] as const;

function listOperations(document: OpenApiDocument) {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = (item as Readonly<Record<string, DocOperation | undefined>>)[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

function page(title: string, content: ComponentChildren): string {
  const html = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>{title}</title>
        <style>{DOCS_CSS}</style>
      </head>
      <body>{content}</body>
    </html>,
  );
  return `<!doctype html>${html}`;
}

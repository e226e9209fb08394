import { Samples } from './samples.tsx';
import {
  type DocOperation,
  type DocResponse,
  type DocSchema,
  Prose,
  TypeWords,
} from './schema-words.tsx';

interface SectionProps {
  readonly method: string;
  readonly path: string;
  readonly operation: DocOperation;
  readonly publicUrl: string;
  readonly schemas: ReadonlyMap<string, DocSchema>;
}

export function OperationSection(props: SectionProps) {
  const { method, path, operation, publicUrl, schemas } = props;
  const { operationId, summary, description, security, requestBody } = operation;
  const [scope] = Object.values(security[0] ?? {}).flat();
  const parameters = (operation.parameters ?? []).filter((each) => each.in !== 'header');
  const body = requestBody?.content['application/json'];
  const answers = Object.entries(operation.responses).filter(([, each]) => !isProblem(each));
  const shown = exampleAnswer(answers, schemas);
  const errors = Object.values(operation.responses).flatMap(codesOf);
  return (
    <section id={operationId} class="operation">
      <div>
        <h2>
          <a href={`#${operationId}`}>{summary}</a>
        </h2>
        <p>
          <b class={`method ${method}`}>{method.toUpperCase()}</b> <code>{path}</code>
          {scope === undefined ? null : <span class="scope">{scope}</span>}
        </p>
        {description === undefined ? null : (
          <p>
            <Prose text={description} />
          </p>
        )}
        <dl>
          {parameters.map(({ name, schema, description: about }) => (
            <>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <TypeWords schema={schema} />
                {about === undefined ? null : (
                  <>
                    . <Prose text={about} />
                  </>
                )}
              </dd>
            </>
          ))}
          {body?.schema?.$ref === undefined ? null : (
            <>
              <dt>body</dt>
              <dd>
                <TypeWords schema={body.schema} />
              </dd>
            </>
          )}
          {answers.map(([status, { description: about, content }]) => (
            <>
              <dt>{status}</dt>
              <dd>
                <Prose text={about} /> <AnswerType content={content} />
              </dd>
            </>
          ))}
          <dt>errors</dt>
          <dd class="codes">
            {errors.map((code) => (
              <>
                <a href={`/docs/errors#${code}`}>{code}</a>{' '}
              </>
            ))}
          </dd>
        </dl>
      </div>
      <div>
        <Samples {...{ method, path, operation, publicUrl }} />
        {shown === null ? null : (
          <details>
            <summary>An answer</summary>
            <pre>{shown}</pre>
          </details>
        )}
        <TryForm method={method} path={path} operation={operation} />
      </div>
    </section>
  );
}

/** The first answer that has a body, as JSON; null when none has. */
function exampleAnswer(
  answers: readonly (readonly [string, DocResponse])[],
  schemas: ReadonlyMap<string, DocSchema>,
): string | null {
  for (const [, { content }] of answers) {
    const media = content?.['application/json'];
    if (media?.schema === undefined) continue;
    return JSON.stringify(media.example ?? exampleOf(media.schema, schemas), null, 2);
  }
  return null;
}

function AnswerType({ content }: { readonly content: DocResponse['content'] }) {
  const [first] = Object.entries(content ?? {});
  if (first === undefined) return null;
  const [type, { schema }] = first;
  return type === 'application/json' && schema ? (
    <TypeWords schema={schema} />
  ) : (
    <code>{type}</code>
  );
}

function isProblem({ content }: DocResponse): boolean {
  return content?.['application/problem+json'] !== undefined;
}

/** The error codes of a response: each has its own example. */
function codesOf({ content }: DocResponse): string[] {
  return Object.keys(content?.['application/problem+json']?.examples ?? {});
}

interface TryProps {
  readonly method: string;
  readonly path: string;
  readonly operation: DocOperation;
}

/** A request to fill in and send; hidden until its script has loaded. */
function TryForm({ method, path, operation }: TryProps) {
  const { operationId: id, security, requestBody } = operation;
  const parameters = (operation.parameters ?? []).filter((each) => each.in !== 'header');
  const json = requestBody?.content['application/json'];
  // Files and forms are for programs, or have their own pages.
  if (requestBody !== undefined && json === undefined) return null;
  const needsKey = Object.keys(security[0] ?? {}).length > 0;
  return (
    <details class="tried">
      <summary>Try it</summary>
      <form class="try" hidden data-method={method.toUpperCase()} data-path={path}>
        {needsKey && (
          <label>
            API key
            <input name="key" type="password" autocomplete="off" spellcheck={false} />
          </label>
        )}
        {parameters.map(({ in: place, name }) => (
          <label key={name}>
            {name}
            <input name={`${place}.${name}`} autocomplete="off" required={place === 'path'} />
          </label>
        ))}
        {json !== undefined && (
          <label>
            Body
            <textarea name="body" rows={8} spellcheck={false}>
              {JSON.stringify(json.example ?? {}, null, 2)}
            </textarea>
          </label>
        )}
        <button type="submit">Send</button>
        <output aria-label={`Answer of ${id}`} />
      </form>
    </details>
  );
}

/** Maximum depth of an example; deeper values are left out. */
const DEPTH_MAX = 14;

const BY_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-03-14T08:26:53.000Z',
  date: '2026-03-14',
  uuid: '0195930c-8a14-7c3e-9f20-5d1b6a7e2c44',
  email: 'ada@example.com',
  uri: 'https://shop.example/',
};

/**
 * An example answer for this schema: its own examples if there are any, else the first possibility.
 * The same schema always gives the same example. Pure.
 */
export function exampleOf(
  schema: DocSchema,
  schemas: ReadonlyMap<string, DocSchema>,
  depth = 0,
): unknown {
  if (schema.$ref !== undefined) {
    const named = schemas.get(schema.$ref.split('/').at(-1) ?? '');
    return named === undefined || depth > DEPTH_MAX ? {} : exampleOf(named, schemas, depth + 1);
  }
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.allOf !== undefined) {
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, schemas, depth)));
  }
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) {
    const first = either.find(({ type }) => type !== 'null') ?? either[0];
    return first === undefined ? null : exampleOf(first, schemas, depth);
  }
  if (schema.properties !== undefined) return exampleObject(schema.properties, schemas, depth);
  return exampleOfType(schema, schemas, depth);
}

function exampleObject(
  properties: Readonly<Record<string, DocSchema>>,
  schemas: ReadonlyMap<string, DocSchema>,
  depth: number,
): unknown {
  if (depth > DEPTH_MAX) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [
      name,
      exampleOf(member, schemas, depth + 1),
    ]),
  );
}

function exampleOfType(
  schema: DocSchema,
  schemas: ReadonlyMap<string, DocSchema>,
  depth: number,
): unknown {
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (type === 'array') {
    if (schema.items === undefined || depth > DEPTH_MAX) return [];
    return Array.from({ length: Math.max(1, schema.minItems ?? 1) }, () =>
      exampleOf(schema.items ?? {}, schemas, depth + 1),
    );
  }
  if (type === 'integer' || type === 'number') return exampleNumber(schema);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'string') return BY_FORMAT[schema.format ?? ''] ?? 'text';
  return {};
}

function exampleNumber({ minimum, maximum }: DocSchema): number {
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : 0;
  return maximum !== undefined && maximum < 1 ? maximum : Math.max(1, from);
}

import { exampleOf } from './example.ts';
import type { DocOperation, DocResponse } from './operation.ts';
import { type DocSchema, Prose, TypeWords } from './schema-words.tsx';
import { TryForm } from './try-form.tsx';

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
    <section id={operationId}>
      <h2 class="operation">
        <a href={`#${operationId}`}>{summary}</a>
      </h2>
      <p class="at">
        <b class={method}>{method.toUpperCase()}</b> <code>{path}</code>
        {scope === undefined ? null : <span class="scope">{scope}</span>}
      </p>
      {description === undefined ? null : (
        <p>
          <Prose text={description} />
        </p>
      )}
      <pre>{curl(method, path, operation, publicUrl)}</pre>
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
      {shown === null ? null : (
        <details>
          <summary>An answer</summary>
          <pre>{shown}</pre>
        </details>
      )}
      <TryForm method={method} path={path} operation={operation} />
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

/** A command to paste: the reader replaces names in capitals. */
export function curl(
  method: string,
  path: string,
  { security, requestBody }: Pick<DocOperation, 'security' | 'requestBody'>,
  publicUrl: string,
): string {
  const url = `${publicUrl}/v1${path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)}`;
  const example = requestBody?.content['application/json']?.example;
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"${url}"`,
    ...(Object.keys(security[0] ?? {}).length > 0
      ? ['-H "Authorization: Bearer $WAYBILL_API_KEY"']
      : []),
    ...(example === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(example)}'`]),
  ].join(' \\\n  ');
}

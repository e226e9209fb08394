import type { ClientMethod, OpenApi } from './operations.ts';
import { byResource, clientMethods, resultsOf } from './operations.ts';

/** Returns the entry of the bundle: the table of operations and what the package exports. */
export function entrySource(document: OpenApi): string {
  const tables = byResource(clientMethods(document)).map(([resource, methods]) => {
    const { segment } = methods[0] as ClientMethod;
    const lines = methods.map(({ name, verb, path, marks }) =>
      [name, verb, path, marks].join(' ').trimEnd(),
    );
    return [resource === segment ? resource : `${resource} ${segment}`, lines.join('|')];
  });
  return `import { connect } from './connect.ts';
export { WaybillConnectionError, WaybillError } from './error.ts';
export { verify as verifyWebhook, WebhookError } from './webhook.ts';
const TABLE = ${JSON.stringify(Object.fromEntries(tables))};
export const createClient = (options) => connect(TABLE, options);
`;
}

/** Returns the declarations of the package, which import those of openapi-typescript from `api`. */
export function declarations(document: OpenApi): string {
  const resources = byResource(clientMethods(document));
  return `import type { components, operations } from './api.js';
import type { Problem } from './error.js';
import type { Pages } from './pages.js';
import type { ClientOptions, RequestOptions } from './request.js';
import type { WebhookRequest } from './webhook.js';

export type { Problem, ProblemMember } from './error.js';
export { WaybillConnectionError, WaybillError } from './error.js';
export type { Pages } from './pages.js';
export type { ClientOptions, RequestOptions } from './request.js';
export type { WebhookRequest } from './webhook.js';
export { WebhookError } from './webhook.js';
export type { components, operations, paths } from './api.js';

/** Values of \`WaybillError.code\` that the hub uses. A proxy's response has \`http_<status>\`. */
export type ErrorCode =${Object.keys(document.components['examples'] ?? {})
    .map((code) => `\n  | '${code}'`)
    .join('')};

type Query<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;
type Body<Name extends keyof operations> = operations[Name] extends {
  requestBody?: { content: { 'application/json': infer Value } };
}
  ? Value
  : never;
type Result<Name extends keyof operations> = {
  [Code in keyof operations[Name]['responses'] & (200 | 201 | 202 | 207)]: operations[Name]['responses'][Code] extends {
    content: { 'application/json': infer Value };
  }
    ? Value
    : never;
}[keyof operations[Name]['responses'] & (200 | 201 | 202 | 207)];

${resources.map(([resource, methods]) => resourceInterface(resource, methods)).join('\n')}
/** A client of one hub. Each member holds the operations of a resource. */
export interface WaybillClient {
${resources.map(([resource]) => `  readonly ${resource}: ${typeName(resource)};\n`).join('')}}

/** Returns a client. It sends nothing before the first call. */
export declare function createClient(options: ClientOptions): WaybillClient;

/** An event as webhooks post it and \`client.events.list\` returns it: \`type\` determines \`data\`. */
export type WaybillEvent = MerchantEvent | WebhookEndpointTestEvent;

/**
 * Verifies the signature of a webhook and returns its event.
 *
 * @throws WebhookError with the reason; then respond with 401.
 * @throws TypeError if a secret is not \`whsec_\` and Base64.
 */
export declare function verifyWebhook(request: WebhookRequest): Promise<WaybillEvent>;

${Object.keys(document.components['schemas'] ?? {})
  .filter((name) => name !== 'Problem')
  .map((name) => `export type ${name} = components['schemas']['${name}'];\n`)
  .join('')}`;
}

function resourceInterface(resource: string, methods: readonly ClientMethod[]): string {
  return `export interface ${typeName(resource)} {\n${methods.map(declaration).join('')}}\n`;
}

/** `Resource` keeps the names of resources apart from those of schemas. */
const typeName = (resource: string) =>
  `${resource.charAt(0).toUpperCase()}${resource.slice(1)}Resource`;

function declaration(method: ClientMethod): string {
  const { name, operation, marks, parameters } = method;
  const queryRequired = method.query.some(({ required }) => required);
  const { operationId, requestBody } = operation;
  const has = (mark: string) => marks.includes(mark);
  const query = `Query<'${operationId}'>`;
  const optional = (required: boolean | undefined) => (required ? '' : '?');
  const withBody = requestBody !== undefined;
  const args = [
    ...parameters.map((each) => `${each}: string`),
    ...(withBody ? [`body${optional(requestBody.required)}: ${bodyType(method)}`] : []),
    ...(has('q') && !withBody ? [`query${optional(queryRequired)}: ${query}`] : []),
    has('q') && withBody
      ? `options${optional(queryRequired)}: RequestOptions & { query${optional(queryRequired)}: ${query} }`
      : 'options?: RequestOptions',
  ];
  const result = resultType(method);
  const returned = has('c') || has('a') ? `Pages<${result}>` : `Promise<${result}>`;
  const comment = [operation.summary, operation.description].filter(Boolean).join('. ');
  return `  /** ${comment.replaceAll('*/', '*\\/')} */\n  ${name}(${args.join(', ')}): ${returned};\n`;
}

function bodyType({ operation }: ClientMethod): string {
  const content = operation.requestBody?.content ?? {};
  const json = content['application/json'];
  if (json) return schemaName(json.schema) ?? `Body<'${operation.operationId}'>`;
  return content['multipart/form-data'] ? 'FormData' : 'string | Blob | Uint8Array<ArrayBuffer>';
}

function resultType({ operation }: ClientMethod): string {
  const { schemas, isStream, isFile, isNothing } = resultsOf(operation);
  const values = schemas.map(
    (schema) => schemaName(schema) ?? `Result<'${operation.operationId}'>`,
  );
  const others = [isStream && 'Response', isFile && 'Blob', isNothing && 'void'];
  return [...new Set(values), ...others.filter(Boolean)].join(' | ');
}

const schemaName = (schema: { readonly $ref?: string } | undefined) =>
  schema?.$ref?.split('/').at(-1);

import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { EVENT_TYPES, type EventType } from '../../events/event-types.ts';
import { ERRORS, type ErrorCode } from '../../kernel/errors.ts';
import { PROBLEM_TYPE, problemBody } from '../../kernel/wire/problem.ts';
import { TEST_EVENT } from '../../reactions/merchant-webhooks/index.ts';
import {
  type FileBody,
  type MultipartBody,
  type Operation,
  TAGS,
  type TextBody,
} from '../kit/operation.ts';
import { webhookBody } from '../resources/events/event-schema.ts';
import { EVENT_CATALOGUE } from '../resources/events/schema.ts';
import { OPERATIONS } from '../resources/operations.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

const problem = z
  .looseObject({
    type: z.string().meta({ description: 'A relative URL that explains the error.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    fix: z.string().meta({ description: 'How to fix it.' }),
    errors: z.array(
      z.strictObject({
        pointer: z.string().meta({
          description:
            'A JSON pointer into the body, `?name` for a query parameter, or the name of a header.',
        }),
        reason: z.string(),
        fix: z.string(),
      }),
    ),
    request_id: z.string(),
  })
  .meta({ id: 'Problem', description: 'A problem as defined by RFC 9457.' });

const idempotencyKey = z.object({
  'Idempotency-Key': z.string().max(255).optional().meta({
    description:
      'A new UUID for each write. A repeated request within 24 hours gets the first response again, with `Idempotent-Replayed: true`.',
  }),
});

/** Any request may meet these. */
const ALWAYS: readonly ErrorCode[] = ['bad_request', 'internal', 'overloaded'];
const WITH_KEY: readonly ErrorCode[] = ['unauthenticated', 'forbidden', 'rate_limited'];
const WITH_DEVICE: readonly ErrorCode[] = [
  'unauthenticated',
  'device_replaced',
  'device_revoked',
  'rate_limited',
];
const WITH_BODY: readonly ErrorCode[] = [
  'unreadable_json',
  'too_large',
  'unsupported_media_type',
  'invalid',
];
const WITH_TEXT: readonly ErrorCode[] = ['too_large', 'unsupported_media_type', 'invalid'];
const WITH_FORM: readonly ErrorCode[] = ['too_large', 'unsupported_media_type'];
const WRITES_WITH_KEY: readonly ErrorCode[] = [
  'idempotency_conflict',
  'conflict',
  'erased',
  'invalid',
];
/** Under `/v1` there are no pages. */
const PAGES_ONLY: readonly ErrorCode[] = ['not_found'];
/** Not of an operation: of a path without one, or of a page nobody can be given. */
const OF_NO_OPERATION: readonly ErrorCode[] = ['method_not_allowed', 'not_acceptable'];

/** The codes an operation may answer, in the order of the catalogue. */
function errorCodesOf(described: Operation): readonly ErrorCode[] {
  const { scope, device, alsoDevice, body, raw, text, file, multipart, form, method, query } =
    described;
  const { tag, errors, repeatable } = described;
  const takesKey = scope !== undefined && method !== 'GET' && repeatable !== true;
  const takesForm = form !== undefined || (described.console === true && method === 'POST');
  const codes = new Set<ErrorCode>([
    ...ALWAYS,
    ...(errors ?? []),
    ...(scope === undefined ? [] : WITH_KEY),
    ...(device === true || alsoDevice === true ? WITH_DEVICE : []),
    ...(tag === 'Public' ? (['rate_limited'] as const) : []),
    ...(tag === 'Console' || tag === 'Desk' ? PAGES_ONLY : []),
    ...(body === undefined || raw === true ? [] : WITH_BODY),
    ...(text === undefined && file === undefined && multipart === undefined ? [] : WITH_TEXT),
    ...(takesForm ? WITH_FORM : []),
    ...(takesKey ? WRITES_WITH_KEY : []),
    ...(query === undefined ? [] : (['invalid'] as const)),
  ]);
  return (Object.keys(ERRORS) as ErrorCode[]).filter((code) => codes.has(code));
}

/** The whole API as OpenAPI 3.1: the same schemas the server checks with. */
export function openApiDocument(version: string): OpenApiDocument {
  const paths: NonNullable<ZodOpenApiObject['paths']> = {};
  for (const described of OPERATIONS) {
    const path = described.path.replaceAll(/:([a-z_]+)/g, '{$1}');
    paths[path] = {
      ...paths[path],
      [described.method.toLowerCase()]: operationObject(described),
    };
  }
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'Waybill',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      { url: '/v1', description: 'Always JSON.' },
      { url: '/', description: 'The same, plus pages for browsers.' },
    ],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: webhookObjects(),
    components: {
      securitySchemes: {
        api_key: { type: 'http', scheme: 'bearer', description: 'wb_live_… or wb_test_…' },
        device_key: {
          type: 'http',
          scheme: 'bearer',
          description: 'wbd_…, which a courier’s phone gets by enrolling.',
        },
      },
      responses: Object.fromEntries(OF_NO_OPERATION.map((code) => [code, problemResponse([code])])),
      examples: problemExamples(),
    },
  };
  return createDocument(document, {
    override: ({ jsonSchema }) => {
      if (FORMATS.has(String(jsonSchema.format))) delete jsonSchema.pattern;
    },
  });
}

const DESCRIPTION = [
  'One hub between carriers and the people who sell and receive parcels.',
  'JSON names are snake_case. Instants are RFC 3339 in UTC to the millisecond (`2026-03-12T14:00:00.000Z`); members ending in `_local` are local time at the place. docs/merchants.md describes all time formats. Errors are `application/problem+json`: `type` links to an explanation, `errors` lists the invalid members, and `request_id` identifies the request in the log.',
  'Lists return `{data, next_cursor}`. Every response to an authenticated request has `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`; 429 also has `Retry-After`.',
  'Test and live data are separate: a `wb_test_` key sees and creates test shipments only.',
].join('\n\n');

function operationObject(described: Operation): ZodOpenApiOperationObject {
  const { id, tag, summary, description, scope, device, params, query, keyedQuery } = described;
  const { method, headers, repeatable } = described;
  const isPlain = device === true || repeatable === true;
  const written = scope === undefined || method === 'GET' || isPlain ? null : idempotencyKey;
  const header = isPlain && headers !== undefined ? z.object({}) : written;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(described),
    requestParams: {
      ...(params === undefined ? {} : { path: pathObject(params) }),
      ...(query === undefined ? {} : { query }),
      ...(header === null ? {} : { header: header.extend(optionalStrings(headers ?? {})) }),
    },
    ...requestBodyOf(described),
    ...(keyedQuery === undefined ? {} : { parameters: keyedParameters(keyedQuery) }),
    responses: responsesOf(described),
  };
}

function securityOf({ scope, device, alsoDevice }: Operation): Record<string, string[]>[] {
  if (device === true) return [{ device_key: [] }];
  const byDevice = alsoDevice === true ? [{ device_key: [] }] : [];
  return scope === undefined ? [] : [{ api_key: [scope] }, ...byDevice];
}

/** What is sent: JSON, a form of a page, or both; else a text or a file; else nothing. */
function requestBodyOf(described: Operation): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  const { body, form, text, file, multipart, example, bodyOptional } = described;
  if (text !== undefined) return { requestBody: textBody(text) };
  if (file !== undefined) return { requestBody: fileBody(file) };
  if (multipart !== undefined) return { requestBody: multipartBody(multipart) };
  const json = body && { schema: body, ...(example === undefined ? {} : { example }) };
  const fields = form && { schema: fieldsOf(form) };
  if (json === undefined && fields === undefined) return {};
  return {
    requestBody: {
      required: bodyOptional !== true,
      content: {
        ...(json === undefined ? {} : { 'application/json': json }),
        ...(fields === undefined ? {} : { 'application/x-www-form-urlencoded': fields }),
      },
    },
  };
}

/** A form may lack any of its fields: what is missing then the page says. */
function fieldsOf(form: Readonly<Record<string, string>>) {
  return z.looseObject(optionalStrings(form));
}

/** What we post to merchants, by event. */
function webhookObjects(): NonNullable<ZodOpenApiObject['webhooks']> {
  return {
    ...Object.fromEntries(EVENT_TYPES.map((type) => [type, posted(type, EVENT_CATALOGUE[type])])),
    [TEST_EVENT]: posted(TEST_EVENT, 'You asked for a test.'),
  };
}

function posted(type: EventType | typeof TEST_EVENT, summary: string) {
  const post: ZodOpenApiOperationObject = {
    operationId: `on_${type.replace('.', '_')}`,
    tags: ['Events and webhooks'],
    summary,
    requestParams: { header: webhookHeaders },
    requestBody: {
      required: true,
      content: { 'application/json': { schema: webhookBody(type) } },
    },
    responses: {
      '2XX': {
        description:
          'Accepted. After any other answer the event is sent again; redirects are not followed.',
      },
      '410': { description: 'Disables the endpoint.' },
    },
  };
  return { post };
}

const webhookHeaders = z.object({
  'webhook-id': z.uuid().meta({ description: 'The `id` of the body; the same each time.' }),
  'webhook-timestamp': z
    .string()
    .meta({ description: 'The time of this attempt, in seconds since 1970.' }),
  'webhook-signature': z.string().meta({
    description:
      '`v1,` and the HMAC-SHA256 of `id.timestamp.body` in Base64. While a secret is being rotated there is one for each, separated by spaces.',
  }),
});

function textBody({ mediaType, description, example }: TextBody) {
  const schema = { type: 'string' as const, description };
  return { required: true, content: { [mediaType]: { schema, example } } };
}

function fileBody({ mediaTypes, description }: FileBody) {
  const schema = { type: 'string' as const, format: 'binary', description };
  return {
    required: true,
    content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }])),
  };
}

function multipartBody({ fields, files }: MultipartBody) {
  const parts = Object.entries(files).map(([name, { most, description }]) => {
    const one = { type: 'string' as const, format: 'binary' };
    const schema = most === 1 ? one : { type: 'array' as const, items: one, maxItems: most };
    // The server reads files from the form itself; this says to readers that they may be sent.
    return [
      name,
      z
        .unknown()
        .optional()
        .meta({ override: { ...schema, description } }),
    ];
  });
  const schema = z.looseObject({ ...Object.fromEntries(parts), ...fields.shape });
  return { required: true, content: { 'multipart/form-data': { schema } } };
}

function keyedParameters(keyed: Readonly<Record<string, string>>) {
  return Object.entries(keyed).map(([name, description]) => ({
    in: 'query' as const,
    name,
    description,
    style: 'deepObject' as const,
    explode: true,
    schema: { type: 'object' as const, additionalProperties: { type: 'string' as const } },
  }));
}

function optionalStrings(named: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(named).map(([name, description]) => [
      name,
      z.string().optional().meta({ description }),
    ]),
  );
}

function pathObject(params: Readonly<Record<string, string>>) {
  return z.object(
    Object.fromEntries(
      Object.entries(params).map(([name, description]) => [name, z.string().meta({ description })]),
    ),
  );
}

function responsesOf(described: Operation): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, answer] of Object.entries(described.answers)) {
    const { description, schema, mediaType, otherTypes = [] } = answer;
    const type = mediaType ?? 'application/json';
    const others = Object.fromEntries(otherTypes.map((other) => [other, { schema: z.string() }]));
    const content =
      schema === undefined && mediaType === undefined
        ? {}
        : { content: { [type]: { schema: schema ?? z.string() }, ...others } };
    responses[`${Number(status)}` as `${1 | 2 | 3 | 4 | 5}${string}`] = { description, ...content };
  }
  for (const [status, codes] of byStatus(errorCodesOf(described))) {
    const key = `${status}` as `${1 | 2 | 3 | 4 | 5}${string}`;
    responses[key] ??= problemResponse(codes);
  }
  if (described.console === true) responses['303'] = consoleRedirect(described.method);
  return withPages(responses, described);
}

function consoleRedirect(method: Operation['method']) {
  return {
    description:
      method === 'GET'
        ? 'For browsers without a session: to the sign-in page.'
        : "For the console's form: to the next page.",
  };
}

/** Statuses that people are answered with a page; the rest has no body or is the same for all. */
const PAGE_STATUSES = ['200', '300', '404', '429'];

/** Whoever sent the form of a page is told with a page what came of it. */
const FORM_STATUSES = [...PAGE_STATUSES, '403', '410', '422'];

/** Whether people get this answer as a page, too. */
function isPaged({ pages, console: hasPage, tag, form, method }: Operation, status: string) {
  // Where people work every refusal is a page, but that of a hub that knows no more what to say.
  if (hasPage === true) return status !== '500';
  if (tag === 'Console' || tag === 'Desk') return status >= '400' && status !== '500';
  if (form !== undefined || (pages === true && method === 'POST'))
    return FORM_STATUSES.includes(status);
  return pages === true && PAGE_STATUSES.includes(status);
}

function withPages(
  responses: ZodOpenApiResponsesObject,
  described: Operation,
): ZodOpenApiResponsesObject {
  const paged: Record<string, unknown> = { ...responses };
  for (const [status, response] of Object.entries(responses)) {
    if (!('content' in response) || !isPaged(described, status)) continue;
    const content = { ...response.content, 'text/html': { schema: z.string() } };
    paged[status] = { ...response, content };
  }
  return paged as ZodOpenApiResponsesObject;
}

function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const grouped = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    grouped.set(status, [...(grouped.get(status) ?? []), code]);
  }
  return grouped;
}

/** One response for all codes of a status; each code's example says which it is. */
function problemResponse(codes: readonly ErrorCode[]) {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
    content: {
      [PROBLEM_TYPE]: {
        schema: problem,
        examples: Object.fromEntries(
          codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
        ),
      },
    },
  };
}

/** An example for every code of the catalogue. */
function problemExamples() {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  return Object.fromEntries(
    codes.map((code) => [code, { value: problemBody(code, 'What was found.', EXAMPLE_ID) }]),
  );
}

const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** zod writes the pattern behind each format too: hundreds of characters that say no more. */
const FORMATS = new Set(['date-time', 'date', 'uuid', 'email']);

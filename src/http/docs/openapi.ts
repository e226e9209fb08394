import { z } from 'zod';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi';
import { EVENT_TYPES, type EventType } from '../../events/event-types.ts';
import { TEST_EVENT } from '../../reactions/merchant-webhooks/index.ts';
import { webhookBody } from '../api/events/event-schema.ts';
import { EVENT_CATALOGUE } from '../api/events/schema.ts';
import {
  type FileBody,
  type MultipartBody,
  type Operation,
  TAGS,
  type TextBody,
} from '../kit/operation.ts';
import { compact, type OpenApiDocument, pascal } from './compact.ts';
import { problemComponents, responsesOf } from './responses.ts';

const idempotencyKey = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .optional()
    .describe(
      'A new UUID for each write. A repeated request within 24 hours gets the first response again, with `Idempotent-Replayed: true`.',
    ),
});

/**
 * Operations under `/v1` as OpenAPI 3.1, from the same schemas the server validates with.
 */
export function openApiDocument(
  version: string,
  operations: readonly Operation[],
): OpenApiDocument {
  const paths: NonNullable<ZodOpenApiObject['paths']> = {};
  for (const described of operations) {
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
    servers: [{ url: '/v1' }],
    tags: Object.entries(TAGS)
      .filter(([name]) => operations.some(({ tag }) => tag === name))
      .map(([name, description]) => ({ name, description })),
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
      ...problemComponents(operations),
    },
  };
  return compact(createDocument(document));
}

const DESCRIPTION = [
  'One hub between carriers and the people who sell and receive parcels.',
  'Everything here answers JSON, or a file. The same paths work without `/v1`, where browsers get pages; only the operators’ API, at `/v1/ops`, needs it. JSON names are snake_case. Instants are RFC 3339 in UTC to the millisecond (`2026-03-12T14:00:00.000Z`); members ending in `_local` are local time at the place. docs/merchants.md describes all time formats. Errors are `application/problem+json`: `type` links to an explanation, `errors` lists the invalid members, and `request_id` identifies the request in the log.',
  'Lists return `{data, next_cursor}`. Every response to an authenticated request has `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`; 429 also has `Retry-After`.',
  'Test and live data are separate: a `wb_test_` key sees and creates test shipments only.',
].join('\n\n');

function operationObject(described: Operation): ZodOpenApiOperationObject {
  const { id, tag, summary, description, scope, device, params, query, keyedQuery } = described;
  const { method, headers, repeatable } = described;
  const acceptsNoKey = device === true || repeatable === true;
  const keyHeader = scope === undefined || method === 'GET' || acceptsNoKey ? null : idempotencyKey;
  const header = acceptsNoKey && headers !== undefined ? z.object({}) : keyHeader;
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

/** JSON, a text, a file or a multipart form. */
function requestBodyOf(described: Operation): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  const { body, text, file, multipart, example, bodyOptional } = described;
  if (text !== undefined) return { requestBody: textBody(text) };
  if (file !== undefined) return { requestBody: fileBody(file) };
  if (multipart !== undefined) return { requestBody: multipartBody(multipart) };
  if (body === undefined) return {};
  const json = { schema: body, ...(example === undefined ? {} : { example }) };
  return {
    requestBody: { required: bodyOptional !== true, content: { 'application/json': json } },
  };
}

/** The webhooks we post to merchants, by event. */
function webhookObjects(): NonNullable<ZodOpenApiObject['webhooks']> {
  return {
    ...Object.fromEntries(
      EVENT_TYPES.map((type) => [type, webhookOperation(type, EVENT_CATALOGUE[type])]),
    ),
    [TEST_EVENT]: webhookOperation(TEST_EVENT, 'You asked for a test.'),
  };
}

function webhookOperation(type: EventType | typeof TEST_EVENT, summary: string) {
  const post: ZodOpenApiOperationObject = {
    operationId: `on${pascal(type)}`,
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
  'webhook-id': z.uuid().describe('The `id` of the body; the same each time.'),
  'webhook-timestamp': z.string().describe('The time of this attempt, in seconds since 1970.'),
  'webhook-signature': z
    .string()
    .describe(
      '`v1,` and the HMAC-SHA256 of `id.timestamp.body` in Base64. While a secret is being rotated there is one for each, separated by spaces.',
    ),
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

/** One schema for each form, shared by its operations. */
const FORM_SCHEMAS = new WeakMap<MultipartBody, z.ZodType>();

function multipartBody(form: MultipartBody) {
  const schema = FORM_SCHEMAS.get(form) ?? formSchema(form);
  FORM_SCHEMAS.set(form, schema);
  return { required: true, content: { 'multipart/form-data': { schema } } };
}

function formSchema({ id, fields, files }: MultipartBody) {
  const parts = Object.entries(files).map(([name, { most, description }]) => {
    const one = { type: 'string' as const, format: 'binary' };
    const schema = most === 1 ? one : { type: 'array' as const, items: one, maxItems: most };
    // The server reads files from the form itself; this documents them for readers.
    return [
      name,
      z
        .unknown()
        .optional()
        .meta({ override: { ...schema, description } }),
    ];
  });
  return z
    .looseObject({ ...Object.fromEntries(parts), ...fields.shape })
    .meta(id === undefined ? {} : { id });
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

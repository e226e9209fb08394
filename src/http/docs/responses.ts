import { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { ERROR_CODES, type ErrorCode, STATUS_OF } from '../../kernel/errors.ts';
import { wordsOfCode } from '../../platform/messages/error-text.ts';
import type { Operation } from '../kit/operation.ts';
import { bodyOf, PROBLEM_TYPE } from '../kit/problem.ts';
import { pascal } from './compact.ts';

const problem = z
  .looseObject({
    type: z.string().describe('A relative URL that explains the error.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    fix: z.string().describe('How to fix it.'),
    errors: z.array(
      z.strictObject({
        pointer: z
          .string()
          .describe(
            'A JSON pointer into the body, `?name` for a query parameter, or the name of a header.',
          ),
        reason: z.string(),
        fix: z.string(),
      }),
    ),
    request_id: z.string(),
  })
  .meta({ id: 'Problem', description: 'A problem as defined by RFC 9457.' });

/** Errors possible for any request. */
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
/** Errors of paths without an operation, so that no operation lists them. */
const OF_NO_OPERATION: readonly ErrorCode[][] = [['method_not_allowed'], ['not_acceptable']];

/** Sets of codes that many operations share for one status, by the name of their component. */
const SHARED_SETS: Readonly<Record<string, readonly ErrorCode[]>> = {
  UnreadableBody: ['unreadable_json', 'bad_request'],
  DeviceUnauthenticated: ['unauthenticated', 'device_replaced', 'device_revoked'],
  WriteConflict: ['idempotency_conflict', 'conflict'],
  MoveConflict: ['forbidden_move', 'idempotency_conflict', 'conflict'],
  RedirectConflict: ['conflict', 'not_offered', 'redirect_refused'],
  CarrierUnavailableOrOverloaded: ['carrier_unavailable', 'overloaded'],
  RateLimitedOrNoBudget: ['rate_limited', 'no_budget'],
};
const NAME_BY_CODES: ReadonlyMap<string, string> = new Map([
  ...ERROR_CODES.map((code) => [code, pascal(code)] as const),
  ...Object.entries(SHARED_SETS).map(([name, codes]) => [codes.join(), name] as const),
]);

/** The error codes of an operation, in the order of the catalogue. */
function errorCodesOf(described: Operation): readonly ErrorCode[] {
  const { scope, device, alsoDevice, body, raw, text, file, multipart, form, method, query } =
    described;
  const { tag, errors, repeatable } = described;
  const takesKey = scope !== undefined && method !== 'GET' && repeatable !== true;
  const codes = new Set<ErrorCode>([
    ...ALWAYS,
    ...(errors ?? []),
    ...(scope === undefined ? [] : WITH_KEY),
    ...(device === true || alsoDevice === true ? WITH_DEVICE : []),
    ...(tag === 'Public' ? (['rate_limited'] as const) : []),
    ...(body === undefined || raw === true ? [] : WITH_BODY),
    ...(text === undefined && file === undefined && multipart === undefined ? [] : WITH_TEXT),
    ...(form === undefined ? [] : WITH_FORM),
    ...(takesKey ? WRITES_WITH_KEY : []),
    ...(query === undefined ? [] : (['invalid'] as const)),
  ]);
  return ERROR_CODES.filter((code) => codes.has(code));
}

/** The responses of an operation under `/v1`. */
export function responsesOf(described: Operation): ZodOpenApiResponsesObject {
  const problems = errorsByStatus(described).map(([status, codes]) => {
    const name = NAME_BY_CODES.get(codes.join());
    const ref = { $ref: `#/components/responses/${name}` };
    return [status, name === undefined ? problemResponse(codes) : ref] as const;
  });
  const answers = Object.entries(described.answers).map(([status, answer]) => {
    const { description, schema, mediaType, otherTypes = [] } = answer;
    if (schema === undefined && mediaType === undefined) return [status, { description }] as const;
    const types = [mediaType ?? 'application/json', ...otherTypes];
    const content = types.map((type, i) => [
      type,
      { schema: i === 0 && schema !== undefined ? schema : z.string() },
    ]);
    return [status, { description, content: Object.fromEntries(content) }] as const;
  });
  return Object.fromEntries([...problems, ...answers]);
}

function errorsByStatus(described: Operation): (readonly [number, ErrorCode[]])[] {
  const codes = errorCodesOf(described);
  const statuses = new Set(codes.map((code) => STATUS_OF[code]));
  return [...statuses].map((status) => [
    status,
    codes.filter((code) => STATUS_OF[code] === status),
  ]);
}

/** The components that `responsesOf` refers to for these operations. */
export function problemComponents(operations: readonly Operation[]) {
  const sets = operations.flatMap((each) => errorsByStatus(each).map(([, codes]) => codes));
  const used = new Set([...sets, ...OF_NO_OPERATION].map((codes) => codes.join()));
  const shared = [...NAME_BY_CODES].filter(([codes]) => used.has(codes));
  return {
    responses: Object.fromEntries(
      shared.map(([set, name]) => [name, problemResponse(set.split(',') as ErrorCode[])]),
    ),
    examples: Object.fromEntries(
      ERROR_CODES.map((code) => [code, { value: bodyOf(code, 'What was found.', EXAMPLE_ID) }]),
    ),
  };
}

/** One response for all codes of a status; each example is named after its code. */
function problemResponse(codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${wordsOfCode(code).title}.`).join(' '),
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

const EXAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

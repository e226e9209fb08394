import type { PlainText, ValuedTexts } from './error-texts.gen.ts';

/**
 * Every error that the HTTP API can answer, with its status: the one list from which `type` URIs,
 * the OpenAPI description and docs/errors.md come. Titles and advice are in
 * config/messages/<language>/errors/codes.yaml.
 */
export const STATUS_OF = {
  unreadable_json: 400,
  bad_request: 400,
  unauthenticated: 401,
  device_replaced: 401,
  device_revoked: 401,
  signature_refused: 401,
  forbidden: 403,
  enrolment_refused: 403,
  link_refused: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  too_slow: 408,
  forbidden_move: 409,
  // Spelled as in the contract for own couriers.
  'already-assigned': 409,
  delivery_ended: 409,
  proof_missing: 409,
  idempotency_conflict: 409,
  conflict: 409,
  cannot_refresh: 409,
  no_carrier_account: 409,
  not_offered: 409,
  redirect_refused: 409,
  account_refused: 409,
  account_paused: 409,
  erased: 410,
  link_expired: 410,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  address_unknown: 422,
  invalid: 422,
  ambiguous_carrier: 422,
  unknown_carrier: 422,
  rate_limited: 429,
  no_budget: 429,
  internal: 500,
  carrier_unavailable: 503,
  overloaded: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof STATUS_OF;

export const ERROR_CODES = Object.keys(STATUS_OF) as readonly ErrorCode[];

/**
 * A value that is filled into a text. A text of the catalogue inside another is a `text` of its
 * own, or a `clause` that continues the sentence.
 */
export type TextValue =
  | string
  | number
  | boolean
  | null
  | { readonly text: ErrorText }
  | { readonly clause: ErrorText };

type Words<Text extends string> = Text extends `${infer Word} ${infer Rest}`
  ? Word | Words<Rest>
  : Text;

type ValuesOf<Argument extends string> = {
  readonly [A in Argument as A extends `${infer Name}#` ? Name : A]: A extends `${string}#`
    ? number
    : TextValue;
};

/**
 * A text of config/messages/<language>/errors by file and name, with its values if it has any. It
 * is written in words where it is displayed: in English for programs, in their language for people.
 *
 * @example 'couriers.noSuchCourier'
 * @example { 'requests.formTooLarge': { bytes: 1024 } }
 */
export type ErrorText =
  | PlainText
  // One object type, of which a text has one member: the compiler gives up on large unions of
  // objects.
  | { readonly [Key in keyof ValuedTexts]?: ValuesOf<Words<ValuedTexts[Key]>> };

export interface ErrorItem {
  /** A JSON pointer into the body, or `?name` for a query parameter. */
  readonly pointer: string;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

/** An expected refusal: becomes `application/problem+json`. Anything else thrown is a bug. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ErrorCode;
  readonly detail: ErrorText;
  readonly errors: readonly ErrorItem[];
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterS: number | null;
  /**
   * What the caller can do here, if the catalogue's advice for the code does not fit; null: it
   * fits.
   */
  readonly fix: ErrorText | null;

  constructor(
    code: ErrorCode,
    detail: ErrorText,
    options: {
      errors?: readonly ErrorItem[];
      extra?: Readonly<Record<string, unknown>>;
      retryAfterS?: number;
      fix?: ErrorText;
    } = {},
  ) {
    // No stack is recorded: it would cost more than the rest of a refusal, and nobody reads it.
    const frames = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${code}: ${JSON.stringify(detail)}`);
    Error.stackTraceLimit = frames;
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
    this.retryAfterS = options.retryAfterS ?? null;
    this.fix = options.fix ?? null;
  }
}

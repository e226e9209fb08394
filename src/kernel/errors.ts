/**
 * Every error the HTTP API can answer: the one list from which `type` URIs, titles, the OpenAPI
 * description and docs/errors.md come.
 */
export interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  /** What the caller can do about it. */
  readonly fix: string;
}

export const ERRORS = {
  unreadable_json: {
    status: 400,
    title: 'The body is not valid JSON',
    fix: 'Send one UTF-8 encoded JSON value with Content-Type application/json.',
  },
  bad_request: {
    status: 400,
    title: 'The request is not valid HTTP',
    fix: 'Check the path encoding, the headers and the transfer encoding.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid API key',
    fix: 'Send Authorization: Bearer wb_live_… or wb_test_….',
  },
  device_replaced: {
    status: 401,
    title: 'Another device took over',
    fix: 'Work goes on there. To work on this device, enrol it again with a new code.',
  },
  device_revoked: {
    status: 401,
    title: 'The device was revoked',
    fix: 'Ask the dispatcher for a new code, and enrol the device again.',
  },
  signature_refused: {
    status: 401,
    title: 'The webhook is not authentic',
    fix: 'Check the secret, the signature header and the clock; see docs/carrier-webhooks.md.',
  },
  forbidden: {
    status: 403,
    title: 'The API key lacks the scope for this',
    fix: 'Use a key that has the scope named in detail.',
  },
  enrolment_refused: {
    status: 403,
    title: 'The enrolment code is not valid',
    fix: 'Check the code, or ask the dispatcher for a new one: each works once, for 15 minutes.',
  },
  link_refused: {
    status: 403,
    title: 'The personal link does not permit this',
    fix: 'Open the complete link from the message; it works for one parcel only.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    fix: 'Check the id or number; a key sees only its own merchant’s data, in its own mode.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed for this path',
    fix: 'See the Allow header for the allowed methods.',
  },
  not_acceptable: {
    status: 406,
    title: 'No acceptable representation',
    fix: 'Accept application/json or text/html.',
  },
  too_slow: {
    status: 408,
    title: 'The body arrived too slowly',
    fix: 'Send the whole body within the time named in detail, or over a faster connection.',
  },
  forbidden_move: {
    status: 409,
    title: 'The shipment cannot move to that status',
    fix: 'Choose one of the allowed statuses.',
  },
  // Spelled as the contract for own couriers has it.
  'already-assigned': {
    status: 409,
    title: 'Another courier has this delivery',
    fix: 'Nothing is to be done: choose another from GET /v1/deliveries/available.',
  },
  delivery_ended: {
    status: 409,
    title: 'The delivery needs no courier any more',
    fix: 'Nothing is to be done: GET /v1/deliveries/{id} says what became of it.',
  },
  proof_missing: {
    status: 409,
    title: 'The delivery lacks proof that it needs',
    fix: 'Add what missing lists (POST /v1/shipments/{id}/proof), then send this again.',
  },
  idempotency_conflict: {
    status: 409,
    title: 'The Idempotency-Key was used with another request',
    fix: 'Use a fresh key for a different request.',
  },
  conflict: {
    status: 409,
    title: 'The request conflicts with the current state',
    fix: 'Read the resource again before you retry.',
  },
  cannot_refresh: {
    status: 409,
    title: 'This shipment cannot be refreshed',
    fix: 'See detail: add a carrier account with credentials; a shipment that has ended is not polled.',
  },
  no_carrier_account: {
    status: 409,
    title: 'No carrier account is available',
    fix: 'Add an account with credentials for this carrier, in this mode (POST /v1/carrier-accounts).',
  },
  not_offered: {
    status: 409,
    title: 'The carrier does not offer this',
    fix: 'See capabilities in GET /v1/carriers for what each carrier offers.',
  },
  redirect_refused: {
    status: 409,
    title: 'The carrier refused this for the parcel',
    fix: 'See GET /v1/shipments/{id}/redirect-options for what it offers.',
  },
  account_refused: {
    status: 409,
    title: 'The carrier refuses the account for this',
    fix: 'See detail: add the product or permission to the account at the carrier, or give it other credentials.',
  },
  account_paused: {
    status: 409,
    title: 'The carrier account is paused',
    fix: 'See detail: give it credentials that the carrier accepts, or wait as long as Retry-After says.',
  },
  erased: {
    status: 410,
    title: 'The shipment was deleted',
    fix: 'There is no remedy: the shipment was deleted with all its data.',
  },
  link_expired: {
    status: 410,
    title: 'The personal link has expired',
    fix: 'Ask the sender for a new one.',
  },
  precondition_failed: {
    status: 412,
    title: 'The resource has changed since you read it',
    fix: 'Read it again, apply your change to the current version, and send its ETag in If-Match.',
  },
  too_large: {
    status: 413,
    title: 'The body is too large',
    fix: 'Send at most the limit named in detail.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type or encoding is not supported',
    fix: 'Send application/json in UTF-8, without content encoding.',
  },
  address_unknown: {
    status: 422,
    title: 'Nobody finds this address',
    fix: 'Correct the address named in errors, or send its coordinates (lat and lng).',
  },
  invalid: {
    status: 422,
    title: 'The request is not valid',
    fix: 'Fix each member listed in errors.',
  },
  ambiguous_carrier: {
    status: 422,
    title: 'The number does not identify the carrier',
    fix: 'Send carrier with one of the candidates.',
  },
  unknown_carrier: {
    status: 422,
    title: 'No carrier here has numbers of this form',
    fix: 'Check the number; if it matches the label, send carrier with one that GET /v1/carriers lists.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    fix: 'Wait as long as Retry-After says.',
  },
  no_budget: {
    status: 429,
    title: 'The carrier account has no calls left for this now',
    fix: 'Wait as long as Retry-After says; the parcel is still polled automatically.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    fix: 'Try again; if it persists, send the request_id to the operator.',
  },
  carrier_unavailable: {
    status: 503,
    title: 'The carrier does not answer',
    fix: 'Try again after Retry-After; whether a request reached the carrier is not known.',
  },
  overloaded: {
    status: 503,
    title: 'The hub is overloaded',
    fix: 'Try again after Retry-After; nothing was stored.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorItem {
  /** JSON pointer into the body, or `?name` for a query parameter. */
  readonly pointer: string;
  readonly reason: string;
  readonly fix: string;
}

/** An expected refusal: becomes `application/problem+json`. Anything else thrown is a bug. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ErrorCode;
  readonly errors: readonly ErrorItem[];
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterS: number | null;
  /** What the caller can do here, where the catalogue's advice for the code does not fit. */
  readonly fix: string | null;

  constructor(
    code: ErrorCode,
    detail: string,
    options: {
      errors?: readonly ErrorItem[];
      extra?: Readonly<Record<string, unknown>>;
      retryAfterS?: number;
      fix?: string;
    } = {},
  ) {
    // A stack would cost more than the rest of a refusal, and nobody reads it: a Problem is an
    // answer.
    const frames = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = frames;
    this.code = code;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
    this.retryAfterS = options.retryAfterS ?? null;
    this.fix = options.fix ?? null;
  }
}

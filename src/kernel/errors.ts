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
    title: 'The body is not readable JSON',
    fix: 'Send one UTF-8 encoded JSON value with Content-Type application/json.',
  },
  bad_request: {
    status: 400,
    title: 'The request is not readable as HTTP',
    fix: 'Check the path encoding, the headers and the transfer encoding.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid API key',
    fix: 'Send Authorization: Bearer wb_live_… or wb_test_….',
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
  link_refused: {
    status: 403,
    title: 'The personal link does not open this',
    fix: 'Open the whole link as the message has it; it is good for one parcel only.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    fix: 'Check the id or number; a key sees only what is its merchant’s, in its own mode.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This path does not take that method',
    fix: 'See Allow for the methods it takes.',
  },
  not_acceptable: {
    status: 406,
    title: 'No representation you accept',
    fix: 'Accept application/json or text/html.',
  },
  too_slow: {
    status: 408,
    title: 'The body came too slowly',
    fix: 'Send the whole body within the time named in detail.',
  },
  forbidden_move: {
    status: 409,
    title: 'The shipment cannot move to that status',
    fix: 'Choose one of the allowed statuses.',
  },
  idempotency_conflict: {
    status: 409,
    title: 'The Idempotency-Key was used with another request',
    fix: 'Use a fresh key for a different request.',
  },
  conflict: {
    status: 409,
    title: 'The request conflicts with the current state',
    fix: 'Read the resource again and decide anew.',
  },
  cannot_refresh: {
    status: 409,
    title: 'No carrier can be asked about this shipment',
    fix: 'See detail: add a carrier account with credentials, or let the shipment rest.',
  },
  no_carrier_account: {
    status: 409,
    title: 'There is no carrier account to ask with',
    fix: 'Add an account with credentials for this carrier, in this mode (POST /v1/carrier-accounts).',
  },
  not_offered: {
    status: 409,
    title: 'The carrier offers no such thing',
    fix: 'See capabilities in GET /v1/carriers for what each carrier offers.',
  },
  redirect_refused: {
    status: 409,
    title: 'The carrier will not do that with this parcel',
    fix: 'See GET /v1/shipments/{id}/redirect-options for what it would do.',
  },
  account_refused: {
    status: 409,
    title: 'The carrier refuses the account for this',
    fix: 'See detail: add the product or permission to the account at the carrier, or give it other credentials.',
  },
  account_paused: {
    status: 409,
    title: 'Nobody asks with the carrier account at present',
    fix: 'See detail: give it credentials that the carrier takes, or wait as long as Retry-After says.',
  },
  erased: {
    status: 410,
    title: 'What it told of was deleted',
    fix: 'Nothing: its shipment was deleted, and what was known of it with it.',
  },
  link_expired: {
    status: 410,
    title: 'The personal link has run out',
    fix: 'Ask the sender for a new one.',
  },
  precondition_failed: {
    status: 412,
    title: 'It is not what If-Match says any more',
    fix: 'Read it again, lay your change over what it is now, and send its ETag.',
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
  invalid: {
    status: 422,
    title: 'The request is not valid',
    fix: 'Mend each member listed in errors.',
  },
  ambiguous_carrier: {
    status: 422,
    title: 'The carrier cannot be told from the number',
    fix: 'Send carrier with one of the candidates.',
  },
  unknown_carrier: {
    status: 422,
    title: 'No carrier here has numbers of this form',
    fix: 'Check the number; if it is as it was printed, send carrier with one that GET /v1/carriers lists.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    fix: 'Wait as long as Retry-After says.',
  },
  no_budget: {
    status: 429,
    title: 'The carrier account has no call to spend on this now',
    fix: 'Wait as long as Retry-After says; the parcel is asked about by itself meanwhile.',
  },
  internal: {
    status: 500,
    title: 'Something broke on our side',
    fix: 'Try again; if it lasts, send the request_id to the operator.',
  },
  carrier_unavailable: {
    status: 503,
    title: 'The carrier does not answer',
    fix: 'Try again after Retry-After; whether a request reached the carrier is not known.',
  },
  overloaded: {
    status: 503,
    title: 'Not able to take this right now',
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
    super(detail);
    this.code = code;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
    this.retryAfterS = options.retryAfterS ?? null;
    this.fix = options.fix ?? null;
  }
}

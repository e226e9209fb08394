/** A member of the request that the hub refused. */
export interface ProblemMember {
  /** A JSON pointer into the body, `?name` for a query parameter, or the name of a header. */
  readonly pointer: string;
  readonly reason: string;
  readonly fix: string;
}

/** What an error response says: a problem of RFC 9457, or what is known of another response. */
export interface Problem {
  readonly status: number;
  /** Names the kind of error; docs/errors.md lists them. `http_<status>` if a proxy responded. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly fix: string | null;
  readonly errors: readonly ProblemMember[];
  /** Identifies the request in the operator's log. */
  readonly requestId: string | null;
  /** Seconds to wait before another attempt, if the hub said so. */
  readonly retryAfterS: number | null;
}

/** The hub, or a proxy in front of it, refused the request. */
export class WaybillError extends Error implements Problem {
  override readonly name = 'WaybillError';
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly fix: string | null;
  readonly errors: readonly ProblemMember[];
  readonly requestId: string | null;
  readonly retryAfterS: number | null;

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail || problem.title}`);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.fix = problem.fix;
    this.errors = problem.errors;
    this.requestId = problem.requestId;
    this.retryAfterS = problem.retryAfterS;
  }
}

/** The hub could not be reached, or did not respond in time; `cause` is the last failure. */
export class WaybillConnectionError extends Error {
  override readonly name = 'WaybillConnectionError';
}

/** Reads the body of a response whose status is not 2xx. Never throws. */
export async function readError(response: Response): Promise<WaybillError> {
  const text = await response.text().catch(() => '');
  let body: Partial<Problem> & { type?: unknown; request_id?: unknown } = {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) body = value;
  } catch {
    // A proxy's page: the status says what is known.
  }
  const { status, headers } = response;
  const code = /([\w-]+)$/.exec(asText(body.type) ?? '')?.[1];
  return new WaybillError({
    status,
    code: code ?? `http_${status}`,
    title: asText(body.title) ?? response.statusText,
    detail: asText(body.detail) ?? text.slice(0, 200),
    fix: asText(body.fix),
    errors: Array.isArray(body.errors) ? body.errors : [],
    requestId: asText(body.request_id) ?? headers.get('x-request-id'),
    retryAfterS: retryAfterS(headers),
  });
}

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Returns the seconds of `Retry-After`; null if it is absent or a date. */
function retryAfterS(headers: Headers): number | null {
  const value = headers.get('retry-after');
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}

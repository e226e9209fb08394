import { readError, WaybillConnectionError, type WaybillError } from './error.ts';
import { RUNTIME, type Runtime } from './runtime.ts';

/** How to reach a hub. */
export interface ClientOptions {
  /** The hub's public address, such as `https://hub.shop.example`. */
  readonly baseUrl: string;
  /** A key of the merchant, `wb_live_…` or `wb_test_…`; absent for public tracking alone. */
  readonly apiKey?: string;
  /** Attempts after a failed first one. Default: 3. */
  readonly retries?: number;
  /** How long one attempt may take, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Replaces the runtime's `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What a single call may add. */
export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Default: a new UUID for each write that accepts one; attempts of one call share it. */
  readonly idempotencyKey?: string;
  /** More headers, such as `If-Match`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Parameters of the URL for a call that also sends a body. */
  readonly query?: object;
  /** Type of a file that is not a `Blob` with a type of its own. */
  readonly contentType?: string;
}

/** One call, ready to be sent. */
export interface Call {
  readonly method: string;
  /** Below `/v1`, such as `/shipments/0190…`. */
  readonly path: string;
  readonly query?: object | undefined;
  /** Sent as JSON if `json`; otherwise as it is. */
  readonly body?: unknown;
  readonly json: boolean;
  /** Whether the hub recognises a repeated request by its `Idempotency-Key`. */
  readonly keyed: boolean;
  readonly options: RequestOptions;
}

export type Send = (call: Call) => Promise<unknown>;

/** Refusals after which the same request may succeed. */
const RETRIED = [408, 429, 502, 503, 504];
const WAIT_FIRST_MS = 500;
/** The hub may ask for a longer wait than this; then the caller decides. */
const WAIT_MAX_MS = 60_000;

/**
 * Returns a function that sends calls to a hub. It repeats a call only if that cannot apply a change
 * twice: reads, `PUT` and `DELETE`, and writes with an `Idempotency-Key`.
 *
 * The function throws `WaybillError` if the hub refuses, `WaybillConnectionError` if it cannot be
 * reached, and the signal's reason if the caller gives up.
 */
export function createSend(client: ClientOptions, runtime: Runtime = RUNTIME): Send {
  const base = client.baseUrl.replace(/\/+$/, '');
  if (!/^https?:\/\//.test(base)) {
    throw new TypeError(`baseUrl must begin with https:// or http://, not "${client.baseUrl}"`);
  }
  const doFetch = client.fetch ?? ((input, init) => fetch(input, init));
  return async (call) => {
    const { signal } = call.options;
    const url = `${base}/v1${call.path}${queryString(call.query)}`;
    const init = { method: call.method, ...content(call, client.apiKey, runtime.uuid) };
    const repeatable = call.keyed || !['POST', 'PATCH'].includes(call.method);
    const retries = repeatable ? (client.retries ?? 3) : 0;
    for (let attempt = 0; ; attempt += 1) {
      // Not AbortSignal.timeout: it would end a stream of events, too.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), client.timeoutMs ?? 30_000);
      const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
      let waitMs = WAIT_FIRST_MS * 2 ** attempt * (0.5 + runtime.random());
      try {
        const response = await doFetch(url, { ...init, signal: either });
        if (response.ok) return await read(response);
        const error = await readError(response);
        if (error.retryAfterS !== null) waitMs = error.retryAfterS * 1_000;
        if (attempt >= retries || !isTemporary(error) || waitMs > WAIT_MAX_MS) throw error;
      } catch (cause) {
        if (signal?.aborted) throw signal.reason;
        if (isRefusal(cause)) throw cause;
        if (attempt >= retries) throw unreachable(base, cause);
      } finally {
        clearTimeout(timer);
      }
      await runtime.wait(waitMs, signal);
    }
  };
}

/** A 409 with `Retry-After`: the first request with the same Idempotency-Key is not finished. */
const isTemporary = ({ status, retryAfterS }: WaybillError) =>
  RETRIED.includes(status) || (status === 409 && retryAfterS !== null);

const isRefusal = (cause: unknown) => cause instanceof Error && cause.name === 'WaybillError';

const unreachable = (base: string, cause: unknown) =>
  new WaybillConnectionError(`${base} did not respond`, { cause });

/** Returns the body and the headers of a call. */
function content(
  { body, json, keyed, options }: Call,
  apiKey: string | undefined,
  uuid: () => string,
) {
  const headers: Record<string, string> = { accept: 'application/json, */*;q=0.5' };
  if (apiKey) headers['authorization'] = `Bearer ${apiKey}`;
  if (keyed) headers['idempotency-key'] = options.idempotencyKey ?? uuid();
  if (json && body !== undefined) headers['content-type'] = 'application/json';
  else if (options.contentType) headers['content-type'] = options.contentType;
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  return { headers, body: (json && body !== undefined ? JSON.stringify(body) : body) as BodyInit };
}

/** `a=1&a=2` for arrays, `a[b]=1` for objects; members that are undefined or null are left out. */
function queryString(query: object = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((each) => [name, String(each)]);
    if (value instanceof Date) return [[name, value.toISOString()]];
    if (typeof value !== 'object') return [[name, String(value)]];
    return Object.entries(value).map(([key, each]) => [`${name}[${key}]`, String(each)]);
  });
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : '';
}

/** JSON as its value, a stream of events as the response, any other body as a `Blob`. */
async function read(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const type = response.headers.get('content-type') ?? '';
  if (/^application\/([\w.-]+\+)?json\b/.test(type)) return response.json();
  return type.startsWith('text/event-stream') ? response : response.blob();
}

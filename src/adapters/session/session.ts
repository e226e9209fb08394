import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { HttpClient, HttpRequest } from '../../platform/net/http-client.ts';
import type {
  AccountFailure,
  CarrierAccess,
  CarrierAnswer,
  CarrierCall,
  CarrierSession,
  Credentials,
  HttpAnswer,
} from '../contract/pull.ts';
import type { Pace, TokenCache, TokenNeed } from './tokens.ts';

/** The last exchange of one piece of work, for the circuit breaker to judge. */
export type CallReport =
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'failed'; readonly reason: 'timeout' | 'network' | 'too_large' }
  /** Nothing was sent after all: a probe that was granted is returned. */
  | { readonly kind: 'unsent' };

export interface SessionBreaker {
  allows():
    | { readonly ok: true }
    | {
        readonly ok: false;
        readonly reason: 'breaker_open' | 'stopping';
        readonly retryAfterS: number | null;
      };
  /** Called exactly once for each `allows` that returned true, with the last exchange. */
  report(outcome: CallReport): void;
}

export type Debit = { readonly ok: true } | { readonly ok: false; readonly retryAfterS: number };

/**
 * One exchange with the carrier, including those for a token, for metrics and the account's state.
 */
export interface ObservedExchange {
  readonly purpose: 'call' | 'token';
  readonly result:
    | ({ readonly kind: 'http' } & HttpAnswer)
    | Extract<CallReport, { kind: 'failed' }>;
  readonly elapsedMs: number;
}

/** A session with what only the hub may use. */
export interface OpenedSession extends CarrierSession {
  /**
   * Gets a token without making a call with it. Returns the failure; null: there is a token, or the
   * carrier has none.
   */
  authenticate(): Promise<AccountFailure | null>;
}

export interface SessionOptions {
  readonly accountId: string;
  readonly adapter: {
    readonly manifest: { readonly name: string };
    readonly access?: CarrierAccess;
  };
  readonly credentials: Credentials;
  /** The origin, `https://host`, possibly with a path in front of all paths; no trailing slash. */
  readonly origin: string;
  readonly http: HttpClient;
  readonly tokens: TokenCache;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Takes one call off the account's budget; refuses, or rejects, when none is left. */
  debit(): Promise<Debit>;
  readonly breaker: SessionBreaker;
  readonly pace: Pace;
  readonly onAnswer?: (exchange: ObservedExchange) => void;
  readonly timeoutMs?: number;
}

/**
 * Time limit of one exchange. A call may need four of them (token, call, another token, the call
 * again) and also waits for its turn, and a lease on the requested numbers must outlive all that.
 */
export const CALL_TIMEOUT_MS = 20_000;

type Sent = ObservedExchange['result'];

/**
 * Creates the session that an adapter gets for one account. It asks the circuit breaker, gets a
 * token, debits the budget, keeps to the rate and sends; after a 401, once more with another token.
 * Each call that is sent is debited, including the second; calls to the token endpoint are not,
 * because carriers count them separately.
 */
export function createSession(options: SessionOptions): OpenedSession {
  const { access, manifest } = options.adapter;
  if (access === undefined) throw new Error(`${manifest.name} cannot be asked`);
  const calls = new AccountCalls(options, access);
  // None of these functions use `this`, because adapters may take the object apart.
  return {
    credentials: options.credentials,
    nowMs: () => options.clock.nowMs(),
    newId: () => Buffer.from(options.randomBytes(16)).toString('hex'),
    authenticate: () => calls.authenticate(),
    send: (call) => calls.send(call),
  };
}

class AccountCalls {
  readonly #options: SessionOptions;
  readonly #access: CarrierAccess;

  constructor(options: SessionOptions, access: CarrierAccess) {
    this.#options = options;
    this.#access = access;
  }

  async authenticate(): Promise<AccountFailure | null> {
    if (this.#access.token === undefined) return null;
    const permission = this.#options.breaker.allows();
    if (!permission.ok) return unsent(permission.reason, permission.retryAfterS);
    const { need, lastAnswer } = this.#tokenNeed();
    try {
      const token = await this.#tokenFor(need, null);
      return token.kind === 'no_token' ? token.failure : null;
    } finally {
      this.#options.breaker.report(lastAnswer());
    }
  }

  async send(call: CarrierCall): Promise<CarrierAnswer> {
    const permission = this.#options.breaker.allows();
    if (!permission.ok) {
      const { reason, retryAfterS } = permission;
      return { kind: 'unsent', reason, retryAfterS };
    }
    let report: CallReport = { kind: 'unsent' };
    try {
      const [answer, exchange] = await this.#attempt(call);
      report = exchange;
      return answer;
    } finally {
      this.#options.breaker.report(report);
    }
  }

  async #exchange(purpose: 'call' | 'token', request: HttpRequest): Promise<Sent> {
    const startedMs = this.#options.clock.nowMs();
    const timeoutMs = this.#options.timeoutMs ?? CALL_TIMEOUT_MS;
    const outcome = await this.#options.http.send({ timeoutMs, ...request });
    const result: Sent = outcome.kind === 'failed' ? outcome : { ...outcome, kind: 'http' };
    this.#options.onAnswer?.({
      purpose,
      result,
      elapsedMs: this.#options.clock.nowMs() - startedMs,
    });
    return result;
  }

  /**
   * Returns what the token cache has to know about this account, and a function that returns the
   * last exchange for it.
   */
  #tokenNeed(): { need: TokenNeed; lastAnswer: () => CallReport } {
    const { accountId, credentials, origin } = this.#options;
    const access = this.#access;
    let last: CallReport = UNSENT;
    const need: TokenNeed = {
      accountId,
      access,
      credentials,
      origin,
      send: async (): Promise<HttpAnswer | null> => {
        const request = access.token?.request(credentials);
        const to = request && urlOf(request, origin, access.origins);
        if (request === undefined || to === undefined || to === null) return null;
        const sent = await this.#exchange('token', requestOf(request, to, {}));
        last = reportOf(sent);
        return sent.kind === 'http' ? sent : null;
      },
    };
    return { need, lastAnswer: () => last };
  }

  /**
   * Sends a call, and again with another token after a 401. Returns the answer and the exchange
   * that the circuit breaker judges.
   */
  async #attempt(call: CarrierCall): Promise<readonly [CarrierAnswer, CallReport]> {
    const url = urlOf(call, this.#options.origin, this.#access.origins);
    if (url === null) return [failed('invalid_call'), UNSENT];
    const { need, lastAnswer } = this.#tokenNeed();
    const first = await this.#tokenFor(need, null);
    if (first.kind === 'no_token') return [first, first.requested ? lastAnswer() : UNSENT];
    const answer = await this.#sendOnce(call, url, first.token);
    if (answer.kind !== 'http' || answer.status !== 401 || first.token === null) {
      return [toCarrierAnswer(answer, call), reportOf(answer)];
    }
    const second = await this.#tokenFor(need, first.token);
    if (second.kind === 'no_token') {
      return [second, second.requested ? lastAnswer() : reportOf(answer)];
    }
    if (second.token === first.token) return [toCarrierAnswer(answer, call), reportOf(answer)];
    const again = await this.#sendOnce(call, url, second.token);
    return [
      toCarrierAnswer(again, call),
      again.kind === 'unsent' ? reportOf(answer) : reportOf(again),
    ];
  }

  /**
   * Gets a token, or replaces `refused`. `token` is null for a carrier without tokens; `requested`
   * says whether this call asked the token endpoint.
   */
  async #tokenFor(need: TokenNeed, refused: string | null) {
    if (need.access.token === undefined) return { kind: 'token', token: null } as const;
    const { tokens } = this.#options;
    const { outcome, wasRequested: requested } =
      refused === null ? await tokens.get(need) : await tokens.renew(need, refused);
    if (outcome.outcome === 'token') return { kind: 'token', token: outcome.token } as const;
    return { kind: 'no_token', failure: outcome, requested } as const;
  }

  /** Debits the budget, waits for a turn and sends a call. */
  async #sendOnce(
    call: CarrierCall,
    url: string,
    token: string | null,
  ): Promise<Sent | Extract<CarrierAnswer, { kind: 'unsent' }>> {
    // A budget that cannot be read counts as an empty one.
    const debit = await this.#options
      .debit()
      .catch(() => ({ ok: false, retryAfterS: null }) as const);
    if (!debit.ok) return { kind: 'unsent', reason: 'budget', retryAfterS: debit.retryAfterS };
    await this.#options.pace.turn();
    const credential = this.#access.headers(this.#options.credentials, token, call.origin);
    return this.#exchange('call', requestOf(call, url, credential));
  }
}

const UNSENT: CallReport = { kind: 'unsent' };

function unsent(reason: string, retryAfterS: number | null): AccountFailure {
  return { outcome: 'unsent', reason, ...(retryAfterS === null ? {} : { retryAfterS }) };
}

function failed(reason: Extract<CarrierAnswer, { kind: 'failed' }>['reason']): CarrierAnswer {
  return { kind: 'failed', reason };
}

function reportOf(sent: Sent | Extract<CarrierAnswer, { kind: 'unsent' }>): CallReport {
  if (sent.kind === 'http') return { kind: 'http', status: sent.status };
  return sent.kind === 'failed' ? sent : UNSENT;
}

/**
 * Converts an exchange to an adapter's answer. Bytes are returned only on request, because most
 * answers are large texts.
 */
function toCarrierAnswer(
  sent: Sent | Extract<CarrierAnswer, { kind: 'unsent' }>,
  call: CarrierCall,
): CarrierAnswer {
  if (sent.kind !== 'http' || call.wantsBytes) return sent;
  const { status, headers, text } = sent;
  return { kind: 'http', status, headers, text };
}

/**
 * The URL of a call, or null when it is not below its origin: a path with dot segments or another
 * host comes from a number that the adapter should have rejected. The other host that a call names
 * is used only at the carrier itself: a sandbox, or an operator's replacement URL, represents all
 * of the carrier's hosts.
 */
function urlOf(call: CarrierCall, own: string, origins: CarrierAccess['origins']): string | null {
  const { path, origin: other } = call;
  if (other !== undefined && !origins.others?.includes(other)) return null;
  const atCarrier = own === origins.production || own === origins.test;
  const base = other !== undefined && atCarrier ? other : own;
  const text = `${base}${path}`;
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(path) || !URL.canParse(text)) return null;
  const [to, from] = [new URL(text), new URL(base)];
  const [rawPath = ''] = path.split('?');
  const expected = `${from.pathname.replace(/\/$/, '')}${rawPath}`;
  return to.origin === from.origin && to.pathname === expected && to.hash === '' ? text : null;
}

function requestOf(
  call: CarrierCall,
  url: string,
  credential: Readonly<Record<string, string>>,
): HttpRequest {
  const { body } = call;
  const content: { readonly type: string; readonly text: string } | null =
    body === undefined
      ? null
      : 'json' in body
        ? { type: 'application/json', text: JSON.stringify(body.json) }
        : {
            type: 'application/x-www-form-urlencoded',
            text: new URLSearchParams(body.form).toString(),
          };
  return {
    method: call.method,
    url,
    headers: {
      accept: 'application/json',
      ...(content === null ? {} : { 'content-type': content.type }),
      ...lowered(call.headers ?? {}),
      // Last, so that a call cannot replace the account's credentials.
      ...lowered(credential),
    },
    ...(content === null ? {} : { body: content.text }),
  };
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

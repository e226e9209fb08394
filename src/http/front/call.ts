import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../platform/observability/log.ts';
import type { RequestContext } from '../kit/route.ts';
import type { RequestUrl } from './request-url.ts';

/** One request in progress. Logger and query are created lazily: most hot requests need neither. */
export class Call implements RequestContext {
  readonly requestId: string;
  readonly clientIp: string;
  readonly path: string;
  readonly versioned: boolean;
  /** From `performance.now()`, milliseconds. */
  readonly startedAt: number;
  params: Readonly<Record<string, string>> = {};
  /** Pattern of the matched route, for metrics; never the raw path. */
  pattern = NO_ROUTE;
  readonly #search: string;
  readonly #baseLog: Logger;
  #query: URLSearchParams | null = null;
  #log: Logger | null = null;

  constructor(
    requestId: string,
    clientIp: string,
    url: RequestUrl,
    startedAt: number,
    baseLog: Logger,
  ) {
    this.requestId = requestId;
    this.clientIp = clientIp;
    this.path = url.path;
    this.versioned = url.versioned;
    this.startedAt = startedAt;
    this.#search = url.search;
    this.#baseLog = baseLog;
  }

  /** The raw query, without the question mark. */
  get search(): string {
    return this.#search;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#search);
    return this.#query;
  }

  get log(): Logger {
    this.#log ??= this.#baseLog.child({ request_id: this.requestId });
    return this.#log;
  }
}

/** The label of requests without a route. */
const NO_ROUTE = '(none)';

const CALL = Symbol('call');

/** Finds the call again on the far side of Express. */
interface Bearer extends IncomingMessage {
  [CALL]?: Call;
}

export function attachCall(request: Bearer, call: Call): void {
  request[CALL] = call;
}

export function callOf(request: Bearer): Call {
  const call = request[CALL];
  if (call === undefined) throw new Error('a request reached Express without passing the front');
  return call;
}

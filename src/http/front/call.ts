import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../platform/log.ts';
import type { RequestContext } from '../route.ts';
import type { RequestUrl } from './request-url.ts';

/**
 * One request under way. Its logger and its query are made when first asked for: most hot
 * requests need neither.
 */
export class Call implements RequestContext {
  readonly requestId: string;
  readonly clientIp: string;
  readonly path: string;
  readonly versioned: boolean;
  params: Readonly<Record<string, string>> = {};
  /** Pattern of the route that answers, for metrics; never the raw path. */
  pattern = NO_ROUTE;
  readonly #search: string;
  readonly #baseLog: Logger;
  #query: URLSearchParams | null = null;
  #log: Logger | null = null;

  constructor(requestId: string, clientIp: string, url: RequestUrl, baseLog: Logger) {
    this.requestId = requestId;
    this.clientIp = clientIp;
    this.path = url.path;
    this.versioned = url.versioned;
    this.#search = url.search;
    this.#baseLog = baseLog;
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

/** The label of requests that no route answers. */
const NO_ROUTE = '(none)';

/** Finds the call again on the far side of Express. */
const calls = new WeakMap<IncomingMessage, Call>();

export function keepCall(request: IncomingMessage, call: Call): void {
  calls.set(request, call);
}

export function callOf(request: IncomingMessage): Call {
  const call = calls.get(request);
  if (call === undefined) throw new Error('a request reached Express without passing the front');
  return call;
}

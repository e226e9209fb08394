import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { Registry } from 'prom-client';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import { LeanHistogram, type Series } from '../../platform/observability/lean-histogram.ts';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

const NONE: readonly string[] = [];

/**
 * A response that adds the common headers when its head is written. Setting them one by one
 * beforehand would make node merge them with the handler's own, which costs a public lookup more
 * than all of its own headers do (docs/benchmarks.md, lookup).
 */
export class HubResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  #common: readonly string[] = NONE;

  /**
   * Sets the headers that will be added when the head is written.
   *
   * @param headers alternating names and values. A handler's header of the same name takes
   *   precedence, unless it writes its head as such a list too: a list is sent unchanged, and must
   *   not repeat these names.
   */
  carry(headers: readonly string[]): void {
    this.#common = headers;
  }

  /** Sets the common headers one by one, for a response whose prototype will be replaced. */
  unpack(): void {
    const common = this.#common;
    for (let i = 0; i < common.length; i += 2) this.setHeader(common[i] ?? '', common[i + 1] ?? '');
  }

  override writeHead(status: number, reason?: string, headers?: Headers): this;
  override writeHead(status: number, headers?: Headers): this;
  override writeHead(status: number, second?: string | Headers, third?: Headers): this {
    const common = this.#common;
    if (Array.isArray(second)) return super.writeHead(status, [...common, ...second]);
    for (let i = 0; i < common.length; i += 2) {
      const name = common[i] ?? '';
      if (!this.hasHeader(name)) this.setHeader(name, common[i + 1] ?? '');
    }
    if (typeof second === 'string') return super.writeHead(status, second, third);
    return super.writeHead(status, second);
  }
}

/** Allowed request ids: enough for any tracing system, nothing that could forge a log line. */
const VALID_REQUEST_ID = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

/** The caller's own `X-Request-Id` when it is valid, else a new one. */
export function requestIdOf(
  header: string | string[] | undefined,
  clock: Clock,
  randomBytes: RandomBytes,
): string {
  if (typeof header === 'string' && VALID_REQUEST_ID.test(header)) return header;
  return uuidV7(clock.nowMs(), randomBytes(10));
}

type CountRequest = (method: string, pattern: string, status: number, seconds: number) => void;

/** Seconds; pages aim at p99 ≤ 30 ms, webhooks at ≤ 50 ms. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Other methods share one label, or every made-up method would become one. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PUT']);

/** Requests by method, route pattern and status; a request aborted by its sender counts as 499. */
export function createRequestMetrics(registry: Registry): CountRequest {
  const duration = new LeanHistogram({
    name: 'waybill_http_request_seconds',
    help: "Time from a request's head until its response was handed over.",
    labelNames: ['method', 'route', 'status'] as const,
    buckets: BUCKETS,
    registers: [registry],
  });
  // Finding a series by its labels costs more than counting in it.
  const byPattern = new Map<string, Map<string, Map<number, Series>>>();
  return (method, pattern, status, seconds) => {
    const known = METHODS.has(method) ? method : 'other';
    const byStatus = innerMapOf(innerMapOf(byPattern, pattern), known);
    let one = byStatus.get(status);
    if (one === undefined) {
      one = duration.series({ method: known, route: pattern, status });
      byStatus.set(status, one);
    }
    one.observe(seconds);
  };
}

/** The map stored under `key`; creates it if there is none. */
function innerMapOf<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const found = maps.get(key);
  if (found !== undefined) return found;
  const created = new Map<L, V>();
  maps.set(key, created);
  return created;
}

import type { Registry } from 'prom-client';
import { LeanHistogram, type Series } from '../../platform/observability/lean-histogram.ts';

export type CountRequest = (
  method: string,
  pattern: string,
  status: number,
  seconds: number,
) => void;

/** Seconds; pages aim at p99 ≤ 30 ms, webhooks at ≤ 50 ms. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Otherwise every made-up method would become a label. */
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
    const byStatus = inner(inner(byPattern, pattern), known);
    let one = byStatus.get(status);
    if (one === undefined) {
      one = duration.series({ method: known, route: pattern, status });
      byStatus.set(status, one);
    }
    one.observe(seconds);
  };
}

function inner<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const found = maps.get(key);
  if (found !== undefined) return found;
  const made = new Map<L, V>();
  maps.set(key, made);
  return made;
}

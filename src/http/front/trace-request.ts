import { inboundMessageOf, trace, wallMs } from '../../platform/tracing/tracing.ts';

interface Answered {
  readonly method: string;
  /** The route's path, as in the table. */
  readonly pattern: string;
  readonly status: number;
  readonly seconds: number;
}

/** Probes by machines every few seconds, not worth tracing. */
const UNTRACED = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * A span for an answered request: in its own trace, or in that of the inbound message it created.
 */
export function traceRequest(
  request: object,
  { method, pattern, status, seconds }: Answered,
): void {
  if (UNTRACED.has(pattern)) return;
  const endedMs = wallMs();
  const inboundMessage = inboundMessageOf(request);
  trace({
    name: `${method} ${pattern}`,
    kind: 'server',
    trace: inboundMessage,
    ...(inboundMessage === null ? {} : { parent: inboundMessage }),
    beganMs: endedMs - seconds * 1_000,
    endedMs,
    failed: status >= 500,
    attributes: {
      'http.request.method': method,
      'http.route': pattern,
      'http.response.status_code': status,
    },
  });
}

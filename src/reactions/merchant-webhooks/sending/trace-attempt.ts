import type { Queryable } from '../../../platform/database/database.ts';
import { traceOfEvent } from '../../../platform/tracing/event-traces.sql.ts';
import type { Attempted } from './attempt.ts';
import type { Sendable } from './queue.ts';

/** A span for a request to a merchant's endpoint, in the trace of its event. */
export function traceAttempt(
  db: Queryable,
  { verdict: { status, reason }, atMs, durationMs }: Attempted,
  delivery: Pick<Sendable, 'subjectId' | 'sequence' | 'type'>,
): void {
  traceOfEvent(db, delivery, {
    ...{ name: 'send webhook', kind: 'client', beganMs: atMs, endedMs: atMs + durationMs },
    failed: reason !== null,
    attributes: {
      'waybill.event_type': delivery.type,
      'waybill.outcome': reason === null ? 'accepted' : 'refused',
      ...(status === null ? {} : { 'http.response.status_code': status }),
    },
  });
}

/**
 * Whether a delivery `d` waits in its queue `l`: scans the queue's own deliveries in order, after
 * those that its row says are settled. There is no index of waiting deliveries: each delivery would
 * enter and leave it, and be rewritten for that.
 */
export const WAITS_IN_QUEUE = `d.endpoint_id = l.endpoint_id and d.subject_id = l.subject_id
  and d.sequence > case when l.is_mixed then -1 else coalesce(l.settled_sequence, -1) end
  and d.state = 'waiting'`;

/**
 * The waiting deliveries `d` of an endpoint: every queue with one has a due time.
 *
 * @param endpointId an expression.
 */
export function waitingOf(endpointId: string): string {
  return `webhook_queues l cross join lateral (
    select * from webhook_deliveries d where ${WAITS_IN_QUEUE} offset 0) as d
  where l.endpoint_id = ${endpointId} and l.due_at is not null`;
}

/**
 * Whether a delivery `d` waits in its queue `l`: through the queue's own deliveries in order, behind
 * those of which its row says that all are settled. No index knows what waits: each delivery would
 * enter it and leave it, and be rewritten for that.
 */
export const WAITS_IN_QUEUE = `d.endpoint_id = l.endpoint_id and d.subject_id = l.subject_id
  and d.sequence > case when l.is_mixed then -1 else coalesce(l.settled_sequence, -1) end
  and d.state = 'waiting'`;

/**
 * The deliveries `d` of an endpoint that wait: a queue in which anything does is due some time.
 *
 * @param endpointId an expression.
 */
export function waitingOf(endpointId: string): string {
  return `webhook_queues l cross join lateral (
    select * from webhook_deliveries d where ${WAITS_IN_QUEUE} offset 0) as d
  where l.endpoint_id = ${endpointId} and l.due_at is not null`;
}

import { issueText } from '../../../kernel/wire/explain-issues.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { EgressOutcome } from '../../../platform/net/egress.ts';
import { traceOfEvent } from '../../../platform/tracing/event-traces.sql.ts';
import { judge, type Verdict } from '../deliveries/decide.ts';
import { requestHeaders } from '../deliveries/request-headers.ts';
import { retryAfterMs } from '../deliveries/retry.ts';
import type { Post } from '../deps.ts';
import { type Destination, liveSecrets } from '../endpoints/endpoint.ts';
import type { HeldQueue, Sendable } from './queue.ts';
import type { Result } from './results.ts';
import type { Settled } from './settle.sql.ts';
import { adjustToOutcome, type Throttle } from './throttle.ts';

export interface Attempted {
  readonly verdict: Verdict;
  readonly atMs: number;
  readonly durationMs: number;
}

interface Sending {
  readonly post: Post;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Signs and posts a delivery, once. Never rejects. */
export async function attempt(
  { post, clock, timeoutMs }: Sending,
  delivery: Sendable,
  { url, secrets, format, headers: custom = [] }: Destination,
): Promise<Attempted> {
  const atMs = clock.nowMs();
  const { id, body, mode } = delivery;
  const live = liveSecrets(secrets, atMs).map(({ secret }) => secret);
  const headers = requestHeaders(format, { id, body, secrets: live, nowMs: atMs }, custom);
  const began = performance.now();
  const outcome = await post({
    url,
    headers,
    body,
    requireTls: mode === 'live',
    timeoutMs,
  }).catch(
    (): EgressOutcome => ({ kind: 'failed', reason: 'network', detail: 'the request broke off' }),
  );
  const durationMs = Math.round(performance.now() - began);
  return { verdict: judge(outcome, clock.nowMs()), atMs, durationMs };
}

/** The stored part of a successful response, in characters: hardly anybody reads those. */
const SUCCESS_RESPONSE_CHARS_MAX = 256;

/**
 * Returns the new state of a delivery after an attempt. Pure.
 *
 * @param random from 0 to below 1.
 */
function toSettled(
  { id, endpointId, tries }: Pick<Sendable, 'id' | 'endpointId' | 'tries'>,
  { verdict, atMs, durationMs }: Attempted,
  nowMs: number,
  random: number,
): Settled {
  const { status, reason, response, pauseMs } = verdict;
  const waitMs = reason === null ? null : retryAfterMs(tries + 1, random);
  return {
    endpointId,
    deliveryId: id,
    state: reason === null ? 'delivered' : waitMs === null ? 'dead' : 'waiting',
    wasSent: true,
    nextAttemptAtMs: waitMs === null ? null : nowMs + Math.max(waitMs, pauseMs ?? 0),
    atMs,
    durationMs,
    status,
    reason: reason && issueText(reason),
    response: reason === null ? (response?.slice(0, SUCCESS_RESPONSE_CHARS_MAX) ?? null) : response,
  };
}

/** How often a healthy endpoint's success is written to its row. */
const SUCCESS_EVERY_MS = 60_000;

/**
 * The result to write for an attempt at the first delivery of a queue. Throttle and queue are
 * updated at once, but the queue continues with its next delivery only when the result is on disk.
 *
 * @param random from 0 to below 1.
 */
export function resultOf(
  throttle: Throttle,
  queue: HeldQueue,
  attempted: Attempted,
  nowMs: number,
  random: number,
): Result {
  const delivery = queue.queue.shift();
  if (delivery === undefined) throw new Error('a queue without a delivery has no attempt');
  const { verdict, durationMs } = attempted;
  const delivered = verdict.kind === 'delivered';
  const pausedUntilMs = verdict.pauseMs ? nowMs + verdict.pauseMs : null;
  const wasTroubled = throttle.isTroubled;
  const { isSlow } = verdict;
  adjustToOutcome(throttle, { delivered, isSlow, isPaused: pausedUntilMs !== null, durationMs });
  if (pausedUntilMs !== null) throttle.pausedUntilMs = pausedUntilMs;
  const settled = toSettled(delivery, attempted, nowMs, random);
  const isOver = settled.state !== 'waiting';
  if (isOver) queue.settledSequence = delivery.sequence;
  else queue.isLeaving = true;
  const leave = isOver ? null : { dueAtMs: settled.nextAttemptAtMs };
  const isRecorded = wasTroubled || nowMs - throttle.successWrittenAtMs >= SUCCESS_EVERY_MS;
  if (delivered && !isRecorded) return { queue, settled, leave, endpointResult: null };
  if (delivered) throttle.successWrittenAtMs = nowMs;
  const [successes, failures] = delivered ? [1, 0] : [0, 1];
  const lastFailure = verdict.reason && issueText(verdict.reason);
  const endpointResult = { successes, failures, lastFailure, pausedUntilMs };
  return { queue, settled, leave, endpointResult };
}

/**
 * Takes the first delivery from a queue that no longer wants it; returns the result that cancels it
 * without sending.
 */
export function skipResult(queue: HeldQueue, nowMs: number): Result {
  const delivery = queue.queue.shift();
  if (delivery === undefined) throw new Error('a queue without a delivery has none to skip');
  queue.settledSequence = delivery.sequence;
  return {
    queue,
    settled: {
      endpointId: queue.endpointId,
      deliveryId: delivery.id,
      state: 'cancelled',
      wasSent: false,
      nextAttemptAtMs: null,
      atMs: nowMs,
      durationMs: 0,
      status: null,
      reason: null,
      response: null,
    },
    leave: null,
    endpointResult: null,
  };
}

/** Returns the result that releases a queue unchanged, for any process to continue. */
export function releaseResult(queue: HeldQueue): Result {
  queue.isLeaving = true;
  return { queue, settled: null, leave: { dueAtMs: null }, endpointResult: null };
}

/** A span for a request to a merchant's endpoint, in the trace of its event. */
export function traceAttempt(
  db: Queryable,
  { verdict: { status, reason }, atMs, durationMs }: Attempted,
  delivery: Pick<Sendable, 'subjectId' | 'sequence' | 'type'>,
): void {
  traceOfEvent(db, delivery, {
    name: 'send webhook',
    kind: 'client',
    beganMs: atMs,
    endedMs: atMs + durationMs,
    failed: reason !== null,
    attributes: {
      'waybill.event_type': delivery.type,
      'waybill.outcome': reason === null ? 'accepted' : 'refused',
      ...(status === null ? {} : { 'http.response.status_code': status }),
    },
  });
}

import type { Clock } from '../../../platform/clock.ts';
import type { EgressOutcome } from '../../../platform/net/egress.ts';
import { judge, type Verdict } from '../deliveries/judge.ts';
import { retryAfterMs } from '../deliveries/retry.ts';
import { signedHeaders } from '../deliveries/sign.ts';
import type { Post } from '../deps.ts';
import type { Destination } from '../endpoints/endpoint.ts';
import { liveSecrets } from '../endpoints/secrets.ts';
import type { Sendable } from './queue.ts';
import type { Settled } from './settle.sql.ts';

export interface Attempted {
  readonly verdict: Verdict;
  readonly atMs: number;
  readonly durationMs: number;
}

export interface Sending {
  readonly post: Post;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Signs and posts a delivery, once. Never rejects. */
export async function attempt(
  { post, clock, timeoutMs }: Sending,
  delivery: Sendable,
  { url, secrets }: Destination,
): Promise<Attempted> {
  const atMs = clock.nowMs();
  const { id, body, mode } = delivery;
  const live = liveSecrets(secrets, atMs).map(({ secret }) => secret);
  const headers = signedHeaders(id, body, live, atMs);
  headers['content-type'] = 'application/json';
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

/** What a receiver says to what it has taken hardly anybody reads. */
const THANKS_CHARS_MAX = 256;

/**
 * What an attempt makes of its delivery. Pure.
 *
 * @param random from 0 to below 1.
 */
export function settledBy(
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
    reason,
    response: reason === null ? (response?.slice(0, THANKS_CHARS_MAX) ?? null) : response,
  };
}

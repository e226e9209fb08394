import type { Event } from '../../../events/event.ts';
import type { ErrorText } from '../../../kernel/errors.ts';
import { storable } from '../../../kernel/wire/storable.ts';
import type { EgressOutcome } from '../../../platform/net/egress.ts';
import type { EndpointFilters } from '../endpoints/endpoint.ts';
import { readRetryAfter } from './retry.ts';

interface EndpointSelection {
  readonly events: readonly string[];
  readonly filters: EndpointFilters;
}

/**
 * Whether an endpoint receives an event. A filter on something that the event lacks does not match.
 */
export function wants({ events, filters }: EndpointSelection, event: Event): boolean {
  if (!wantsType(events, event.type)) return false;
  const { carriers, tags, statuses } = filters;
  if (carriers === undefined && tags === undefined && statuses === undefined) return true;
  const members = filteredMembers(event);
  if (carriers !== undefined && !carriers.some((carrier) => carrier === members.carrier)) {
    return false;
  }
  if (statuses !== undefined && !statuses.some((status) => status === members.status)) return false;
  return tags === undefined || tags.some((tag) => members.tags.includes(tag));
}

/** Whether one of the patterns is about events of that type. */
export function wantsType(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) => matchesType(pattern, type));
}

interface FilteredMembers {
  readonly carrier: unknown;
  readonly status: unknown;
  readonly tags: readonly unknown[];
}

/**
 * Returns the members of an event that filters apply to; undefined: an event of its kind has none.
 */
function filteredMembers(event: Event): FilteredMembers {
  switch (event.about) {
    case 'shipment': {
      const { carrier, status, tags = [] } = event.data;
      return { carrier, status, tags };
    }
    case 'carrier_account':
      return { carrier: event.data.carrier, status: undefined, tags: [] };
    case 'webhook_endpoint':
    case 'shop':
    case 'courier':
    case 'erased':
      return { carrier: undefined, status: undefined, tags: [] };
    case 'unknown': {
      const { carrier, status, tags } = event.data;
      return { carrier, status, tags: Array.isArray(tags) ? tags : [] };
    }
    default:
      return event satisfies never;
  }
}

/** Whether a pattern matches the type: `*`, a type, or a family such as `shipment.*`. */
function matchesType(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}

/** The result of an attempt. */
export interface Verdict {
  readonly kind: 'delivered' | 'failed' | 'gone';
  /** The HTTP status of the answer; null: there was none. */
  readonly status: number | null;
  /** Why there was no answer; null: there was one. */
  readonly noAnswer: 'refused' | Extract<EgressOutcome, { kind: 'failed' }>['reason'] | null;
  /** Null: it was delivered. */
  readonly reason: ErrorText | null;
  /** How the answer began. */
  readonly response: string | null;
  /** Whether no answer came in time: then the endpoint gets fewer concurrent requests. */
  readonly isSlow: boolean;
  /** How long the receiver asks us to pause; null: it does not. */
  readonly pauseMs: number | null;
}

/** The stored part of an answer: enough to find a receiver's complaint. */
export const RESPONSE_CHARS_MAX = 1_024;

const NO_ANSWER = { status: null, response: null, isSlow: false, pauseMs: null } as const;

/**
 * Decides from the outcome of a request whether a delivery succeeded. A redirect is not followed,
 * because its target has not been checked. Pure.
 */
export function judge(outcome: EgressOutcome, nowMs: number): Verdict {
  if (outcome.kind === 'refused') {
    const reason = { 'webhooks.attemptNotSent': { why: { clause: outcome.detail } } };
    return { ...NO_ANSWER, kind: 'failed', noAnswer: 'refused', reason };
  }
  if (outcome.kind === 'failed') {
    const { reason: why, detail } = outcome;
    const isSlow = why === 'timeout';
    const reason: ErrorText = isSlow
      ? 'webhooks.attemptTimedOut'
      : { 'webhooks.attemptFailed': { why, detail } };
    return { ...NO_ANSWER, kind: 'failed', isSlow, noAnswer: why, reason };
  }
  const { status, headers, text } = outcome;
  const response = storable(text.slice(0, RESPONSE_CHARS_MAX));
  if (status >= 200 && status < 300) {
    return { ...NO_ANSWER, kind: 'delivered', status, noAnswer: null, reason: null, response };
  }
  const answered = { ...NO_ANSWER, status, noAnswer: null, response };
  if (status === 410) return { ...answered, kind: 'gone', reason: 'webhooks.attemptAnsweredGone' };
  const isRedirect = status >= 300 && status < 400;
  return {
    ...answered,
    kind: 'failed',
    reason: isRedirect
      ? { 'webhooks.attemptRedirected': { status } }
      : { 'webhooks.attemptAnswered': { status } },
    pauseMs: readRetryAfter(headers['retry-after'], nowMs),
  };
}

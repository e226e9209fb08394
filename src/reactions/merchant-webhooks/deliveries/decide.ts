import type { Event } from '../../../events/event.ts';
import { storable } from '../../../kernel/wire/storable.ts';
import type { EgressOutcome } from '../../../platform/net/egress.ts';
import type { EndpointFilters } from '../endpoints/endpoint.ts';
import { readRetryAfter } from './retry.ts';

export interface Wanted {
  readonly events: readonly string[];
  readonly filters: EndpointFilters;
}

/**
 * Whether an endpoint receives an event. A filter on something that the event lacks does not match.
 */
export function wants({ events, filters }: Wanted, event: Event): boolean {
  if (!wantsType(events, event.type)) return false;
  const { carriers, tags, statuses } = filters;
  if (carriers === undefined && tags === undefined && statuses === undefined) return true;
  const about = filteredBy(event);
  if (carriers !== undefined && !carriers.some((carrier) => carrier === about.carrier)) {
    return false;
  }
  if (statuses !== undefined && !statuses.some((status) => status === about.status)) return false;
  return tags === undefined || tags.some((tag) => about.tags.includes(tag));
}

/** Whether one of the patterns is about events of that type. */
export function wantsType(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) => matchesType(pattern, type));
}

interface FilteredBy {
  readonly carrier: unknown;
  readonly status: unknown;
  readonly tags: readonly unknown[];
}

function filteredBy(event: Event): FilteredBy {
  switch (event.about) {
    case 'shipment': {
      const { carrier, status, tags = [] } = event.data;
      return { carrier, status, tags };
    }
    case 'carrier_account':
      return { carrier: event.data.carrier, status: undefined, tags: [] };
    case 'webhook_endpoint':
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
  /** Why the attempt failed; null: it was delivered. */
  readonly reason: string | null;
  /** The beginning of the answer's body. */
  readonly response: string | null;
  /** Whether no answer came in time: then the endpoint gets fewer concurrent requests. */
  readonly isSlow: boolean;
  /** How long the receiver asks us to pause; null: it does not. */
  readonly pauseMs: number | null;
}

/** The stored part of an answer: enough to find a receiver's complaint. */
export const RESPONSE_CHARS_MAX = 1_024;

const NO_ANSWER = { status: null, response: null, isSlow: false, pauseMs: null };

/**
 * Decides from the outcome of a request whether a delivery succeeded. A redirect is not followed,
 * because its target has not been checked. Pure.
 */
export function judge(outcome: EgressOutcome, nowMs: number): Verdict {
  if (outcome.kind === 'refused') {
    return { ...NO_ANSWER, kind: 'failed', reason: `not sent: ${outcome.detail}` };
  }
  if (outcome.kind === 'failed') {
    const isSlow = outcome.reason === 'timeout';
    return { ...NO_ANSWER, kind: 'failed', isSlow, reason: `${outcome.reason}: ${outcome.detail}` };
  }
  const { status, headers, text } = outcome;
  const response = storable(text.slice(0, RESPONSE_CHARS_MAX));
  if (status >= 200 && status < 300) {
    return { kind: 'delivered', status, reason: null, response, isSlow: false, pauseMs: null };
  }
  const answered = { ...NO_ANSWER, status, response };
  if (status === 410) return { ...answered, kind: 'gone', reason: 'answered 410 Gone' };
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  return {
    ...answered,
    kind: 'failed',
    reason: `answered ${status}${redirect}`,
    pauseMs: readRetryAfter(headers['retry-after'], nowMs),
  };
}

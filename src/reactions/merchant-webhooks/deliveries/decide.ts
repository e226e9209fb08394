import type { Event } from '../../../events/event.ts';
import type { EndpointFilters } from '../endpoints/endpoint.ts';

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

/** `*`, a type, or a family: `shipment.*`. */
function matchesType(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}

import type { EndpointFilters } from '../endpoints/endpoint.ts';

export interface Wanted {
  readonly events: readonly string[];
  readonly filters: EndpointFilters;
}

export interface Happening {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Whether an endpoint is to hear of an event. A filter about what the event does not have fails. */
export function wants({ events, filters }: Wanted, { type, data }: Happening): boolean {
  if (!events.some((pattern) => matchesType(pattern, type))) return false;
  const { carriers, tags, statuses } = filters;
  if (carriers !== undefined && !carriers.some((carrier) => carrier === data['carrier'])) {
    return false;
  }
  if (statuses !== undefined && !statuses.some((status) => status === data['status'])) return false;
  if (tags === undefined) return true;
  const has: unknown = data['tags'];
  return Array.isArray(has) && tags.some((tag) => has.includes(tag));
}

/** `*`, a type, or a family: `shipment.*`. */
function matchesType(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}

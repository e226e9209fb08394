import { HIGHEST_UUID, lowestIdAt } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { WebhookDeps } from '../deps.ts';
import { ENDPOINTS_MAX, type Endpoint } from '../endpoints/endpoint.ts';
import { listEndpoints } from '../endpoints/endpoints.ts';
import { deliveryIdOf } from './body.ts';
import {
  type SentDelivery,
  type SentEvent,
  visibleSentDeliveries,
  visibleSentEvents,
} from './deliveries.sql.ts';
import type { ForeignFormat } from './format.ts';

/** Which events to list; absent members do not filter. */
interface SentEventsFilter {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** When the event happened: from inclusive, to exclusive. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly limit: number;
}

/**
 * Lists the events that endpoints of a format got, or will get, newest first: for the API of the
 * service whose format it is.
 */
export async function listSentEvents(
  deps: WebhookDeps,
  tenant: Tenant,
  format: ForeignFormat,
  { before, after, sinceMs = 0, untilMs, limit }: SentEventsFilter,
): Promise<readonly SentEvent[]> {
  const toMs = Math.min(
    untilMs ?? Number.POSITIVE_INFINITY,
    before ? timeOf(before) + 1 : Infinity,
  );
  const fromMs = Math.max(sinceMs, after ? timeOf(after) : 0);
  const page = {
    before,
    after,
    limit,
    fromId: lowestIdAt(fromMs),
    toId: Number.isFinite(toMs) ? lowestIdAt(toMs) : HIGHEST_UUID,
    types: [...(deps.formats?.[format].types ?? [])],
  };
  return withTenant(deps.db.app, tenant, (tx) => visibleSentEvents(tx, format, page));
}

/** The time in a UUIDv7, in milliseconds since 1970. */
function timeOf(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16);
}

/** An event's delivery, and where it goes. */
export interface SentTo extends SentDelivery {
  readonly url: string;
}

/** Returns the deliveries of an event to endpoints of a format; none: there is no such event. */
export async function findSentEvent(
  deps: WebhookDeps,
  tenant: Tenant,
  format: ForeignFormat,
  eventId: string,
): Promise<readonly SentTo[]> {
  const page = { after: null, limit: ENDPOINTS_MAX };
  const endpoints = await listEndpoints(deps, tenant, page, format);
  const byId = new Map<string, Endpoint>(endpoints.map((each) => [each.id, each]));
  const keys = endpoints.map(({ id }) => ({ endpointId: id, id: deliveryIdOf(id, eventId) }));
  const found = await withTenant(deps.db.app, tenant, (tx) => visibleSentDeliveries(tx, keys));
  return found.flatMap((delivery) => {
    const endpoint = byId.get(delivery.endpointId);
    return endpoint === undefined ? [] : [{ ...delivery, url: endpoint.url }];
  });
}

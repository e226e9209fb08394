import { events } from '../api/events/routes.ts';
import { webhookDeliveries } from '../api/webhook-endpoints/delivery-routes.ts';
import { webhookEndpoints } from '../api/webhook-endpoints/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** Events for merchants: as webhooks, and from a feed. */
export const eventModule: HttpModule<
  Pick<HttpContext, 'adapters' | 'checkUrl' | 'feed' | 'webhooks'>
> = {
  operations: [
    ...webhookEndpoints.operations,
    ...webhookDeliveries.operations,
    ...events.operations,
  ],
  routes: (api, { adapters: registry, checkUrl, feed, webhooks }) => [
    ...webhookEndpoints.routes(api, { webhooks, checkUrl, registry }),
    ...webhookDeliveries.routes(api, webhooks),
    ...events.routes(api, feed),
  ],
};

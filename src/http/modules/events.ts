import { events } from '../api/events/routes.ts';
import { webhookEndpointOperations } from '../api/webhook-endpoints/operations.ts';
import { webhookEndpointRoutes } from '../api/webhook-endpoints/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** Events for merchants: as webhooks, and from a feed. */
export const eventModule: HttpModule<
  Pick<HttpContext, 'adapters' | 'checkUrl' | 'feed' | 'webhooks'>
> = {
  operations: [...webhookEndpointOperations, ...events.operations],
  routes: (api, { adapters: registry, checkUrl, feed, webhooks }) => [
    ...webhookEndpointRoutes(api, { webhooks, checkUrl, registry }),
    ...events.routes(api, feed),
  ],
};

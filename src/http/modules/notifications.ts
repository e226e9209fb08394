import { brandingResource } from '../api/branding/routes.ts';
import { notificationChannels } from '../api/notification-channels/routes.ts';
import { notificationEndpoints } from '../api/notification-preferences/notification-endpoints.ts';
import { notificationTemplatesResource } from '../api/notification-templates/routes.ts';
import { notificationOperations } from '../api/notifications/operations.ts';
import { notificationRoutes } from '../api/notifications/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

type Deps = Pick<
  HttpContext,
  | 'adapters'
  | 'channels'
  | 'clock'
  | 'notifications'
  | 'publicUrl'
  | 'subscribeLimiter'
  | 'templating'
>;

/** Messages to merchants' customers: rules, channels, texts and branding. */
export const notificationModule: HttpModule<Deps> = {
  operations: [
    ...notificationOperations,
    ...notificationChannels.operations,
    ...brandingResource.operations,
    ...notificationTemplatesResource.operations,
  ],
  routes: (api, deps) => [
    ...brandingResource.routes(api, deps.templating.brandings),
    ...notificationRoutes(api, deps.notifications),
    ...notificationChannels.routes(api, deps.channels),
    ...notificationEndpoints(deps),
    ...notificationTemplatesResource.routes(api, deps),
  ],
};

import { brandingResource } from '../api/branding/routes.ts';
import { notificationChannels } from '../api/notification-channels/routes.ts';
import {
  notificationEndpoints,
  recipientOperations,
} from '../api/notification-preferences/notification-endpoints.ts';
import { notificationTemplatesResource } from '../api/notification-templates/routes.ts';

import { notifications } from '../api/notifications/routes.ts';
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
    ...notifications.operations,
    ...recipientOperations,
    ...notificationChannels.operations,
    ...brandingResource.operations,
    ...notificationTemplatesResource.operations,
  ],
  routes: (api, deps) => [
    ...brandingResource.routes(api, deps.templating.brandings),
    ...notifications.routes(api, deps.notifications),
    ...notificationChannels.routes(api, deps.channels),
    ...notificationEndpoints(deps),
    ...notificationTemplatesResource.routes(api, deps),
  ],
};

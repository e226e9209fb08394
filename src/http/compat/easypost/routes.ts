import type { HttpContext } from '../../context.ts';
import type { MerchantApi } from '../../kit/merchant-route.ts';
import type { Operation } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { eventOperations, eventRoutes } from './event-routes.ts';
import { trackerDeps } from './present.ts';
import { trackerOperations, trackerRoutes } from './tracker-routes.ts';
import { webhookOperations, webhookRoutes } from './webhook-routes.ts';

/** EasyPost's API below `/compat/easypost/v2`, as its clients of 2026 call it. */
export const easypostOperations: readonly Operation[] = [
  ...trackerOperations,
  ...webhookOperations,
  ...eventOperations,
];

export function easypostRoutes(api: MerchantApi, deps: HttpContext): readonly Route[] {
  const { adapters, checkUrl, tracking, webhooks } = deps;
  return [
    ...trackerRoutes(api, trackerDeps(tracking, adapters)),
    ...webhookRoutes(api, { webhooks, checkUrl }),
    ...eventRoutes(api, webhooks),
  ];
}

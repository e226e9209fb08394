import type { Route } from '../../kit/route.ts';
import type { DeskDeps } from '../kit/visit.ts';
import { messageRoutes } from '../messages/routes.ts';
import { webhookRoutes } from '../webhooks/routes.ts';
import { brandingRoutes } from './branding.tsx';
import { carrierRoutes } from './carriers.tsx';
import { keyRoutes } from './keys.tsx';
import { memberRoutes } from './members.tsx';
import { retentionRoutes } from './retention.tsx';
import { securityRoutes } from './security.tsx';
import { senderRoutes } from './sender.tsx';

/**
 * Settings a merchant's members manage: carrier accounts, branding, members and sign-in, keys,
 * webhooks.
 */
export function settingsRoutes(deps: DeskDeps): readonly Route[] {
  return [
    ...carrierRoutes(deps),
    ...senderRoutes(deps),
    ...brandingRoutes(deps),
    ...memberRoutes(deps),
    ...securityRoutes(deps),
    ...keyRoutes(deps),
    ...messageRoutes(deps),
    ...webhookRoutes(deps),
    ...retentionRoutes(deps),
  ];
}

import type { Route } from '../../kit/route.ts';
import type { DeskDeps } from '../visit.ts';
import { keyRoutes } from './keys.tsx';
import { memberRoutes } from './members.tsx';
import { webhookRoutes } from './webhooks.tsx';

/** What a merchant's people settle for themselves: members, keys, webhooks. */
export function settingsRoutes(deps: DeskDeps): readonly Route[] {
  return [...memberRoutes(deps), ...keyRoutes(deps), ...webhookRoutes(deps)];
}

import type { BacklogWatch, Inbox } from '../../../intake/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Shops, signingSecrets } from '../../../shops/index.ts';
import {
  createBodyRooms,
  createCarrierEndpoint,
  createPublicKeys,
  type WebhookSource,
} from '../../../webhooks/index.ts';
import type { ShopReception } from './webhook-routes.ts';

interface ReceptionDeps {
  readonly shops: Shops;
  readonly egress: Pick<Egress, 'get'>;
  readonly inbox: Pick<Inbox, 'store'>;
  readonly backlog: Pick<BacklogWatch, 'ask'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly count: (platform: string, outcome: string) => void;
}

/** Receives shops' webhooks as carriers' are, with memory of their own for their bodies. */
export function createShopReception(deps: ReceptionDeps): ShopReception {
  const { shops, egress, inbox, backlog, clock, log, count } = deps;
  const sources = new Map<string, WebhookSource>();
  for (const { id, webhook } of shops.platforms.values()) {
    if (webhook !== undefined) sources.set(id, { manifest: { name: id, push: null }, webhook });
  }
  const endpoint = createCarrierEndpoint({
    kind: 'shop',
    adapter: (platform) => sources.get(platform) ?? null,
    deploymentSecrets: () => [],
    headerName: () => undefined,
    async account(_platform, id) {
      const opened = await shops.open(id);
      if (opened === null) return null;
      const { shop, secrets, platform: of } = opened;
      return { ...shop, webhookSecrets: signingSecrets(of, secrets) };
    },
    publicKeys: createPublicKeys({ egress, clock, log }),
    rooms: createBodyRooms([...sources.keys()]),
    ...{ backlog, inbox, clock, log, count },
  });
  return { shops, endpoint };
}

import type { Registry as AdapterRegistry } from '../adapters/index.ts';
import type { Event } from '../events/event.ts';
import type { Accounts, Drops, Facilities, Proofs, ScanIntake, Scanners } from '../intake/index.ts';
import type { ApiKeysDeps, MembersDeps, OpenId, ProviderSettings } from '../merchants/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database/database.ts';
import type { EventFeed } from '../platform/event-log/event-feed.ts';
import type { Sheds } from '../platform/load/watch-load.ts';
import type { Egress } from '../platform/net/egress.ts';
import type { Logger } from '../platform/observability/log.ts';
import type { Registry } from '../platform/observability/metrics.ts';
import type { Retention } from '../platform/settings/retention.ts';
import type { CarrierExtras } from '../poller/index.ts';
import type { PredictionTerms, Promises } from '../prediction/index.ts';
import type { Exceptions } from '../reactions/exceptions/index.ts';
import type { WebhookDeps } from '../reactions/merchant-webhooks/index.ts';
import type {
  MailboxView,
  Notifications,
  OpenedChannels,
} from '../reactions/notifications/index.ts';
import type { ActiveModel } from '../reactions/predictions/index.ts';
import type { Shops } from '../shops/index.ts';
import type { ActiveMappings } from '../tracking/ports/mappings.ts';
import type { ProofDeps } from '../tracking/ports/proofs.ts';
import type { TrackingDeps } from '../tracking/ports/shipments.ts';
import type { CarrierEndpoint } from '../webhooks/index.ts';
import type { CredentialCheck } from './api/carrier-accounts/credential-check.ts';
import type { DownloadDeps } from './api/downloads/routes.ts';
import type { Templating } from './api/notification-templates/routes.ts';
import type { OpsParts } from './api/ops/ops-parts.ts';
import type { Polling } from './api/pulling/routes.ts';
import type { Redirects } from './api/redirects/redirects.ts';
import type { ShopReception } from './api/shops/webhook-routes.ts';
import type { Readiness } from './api/system/health.ts';
import type { Moves } from './compat/move/moves.ts';
import type { DeskParts } from './console/desk-routes.ts';
import type { FleetPort } from './fleet-port.ts';
import type { RateLimiter } from './kit/rate-limit.ts';
import type { Handler, Route } from './kit/route.ts';
import type { MapSetting } from './maps/map-assets.ts';

/** Dependencies of the HTTP layer; the composition root provides them. */
export interface HttpDeps {
  readonly db: Database;
  readonly tracking: TrackingDeps;
  readonly keys: ApiKeysDeps;
  /** Members of merchants, who work at `/console`. */
  readonly members: MembersDeps;
  readonly accounts: Accounts;
  readonly proofs: Proofs;
  /** Dependencies of own proofs. */
  readonly proving: Pick<ProofDeps, 'blobs' | 'images'>;
  /** The folder whose files are served by presigned URLs. */
  readonly downloads: DownloadDeps;
  /** Null when this hub polls no carriers: refreshing is then refused. */
  readonly polling: Polling | null;
  /** Absent when this hub calls no carriers: pickup points and redirects are then refused. */
  readonly extras?: CarrierExtras | null;
  /** Absent: no case management. */
  readonly exceptions?: Exceptions;
  /** Absent: credentials are stored unchecked. */
  readonly credentialCheck?: CredentialCheck;
  readonly adapters: AdapterRegistry;
  readonly mappings: ActiveMappings;
  /** Merchants' endpoints, the URL check, and the same events by polling. */
  readonly webhooks: WebhookDeps;
  readonly checkUrl: Egress['checkUrl'];
  /** For requests to members' identity providers. */
  readonly egress: Pick<Egress, 'get' | 'post'>;
  readonly feed: EventFeed<Event>;
  /** Estimates for checkouts. */
  readonly promises: Promises;
  /** Parameters of the prediction rule. */
  readonly predictionTerms: () => Promise<PredictionTerms>;
  /** The active prediction model; absent: this process has none. */
  readonly eddModel?: ActiveModel;
  /** Texts and branding of messages to merchants' customers. */
  readonly templating: Templating;
  /** The embedded mailbox, for operators. */
  readonly mailbox: MailboxView | null;
  readonly notifications: Notifications;
  /**
   * Shared with the page's form to count subscription requests; absent: only this endpoint counts.
   */
  readonly subscribeLimiter?: RateLimiter;
  /** Notification channels, including merchants' own. */
  readonly channels: OpenedChannels;
  /** Null when no carrier of the installation is scanned. */
  readonly scans: {
    readonly intake: ScanIntake;
    readonly scanners: Scanners;
    /** The carrier of the merchant's own parcels. */
    readonly ownCarrier: string;
  } | null;
  /** The merchant's own couriers; absent or null: switched off. */
  readonly fleet?: FleetPort | null;
  /** Progress and results of scan files. */
  readonly drops: Drops;
  /** Announces changes of parcels; absent: pages of the desk are not updated live. */
  readonly liveParcels?: DeskParts['liveParcels'];
  /** For maps: the configured source of streets, and coordinates of postal codes. */
  readonly map?: MapSetting | null;
  readonly postalCodes?: DeskParts['postalCodes'];
  /** Calls back before the server is closed, to end the streams that keep it open. */
  readonly onStop?: DeskParts['onStop'];
  /** Merchants' shops; absent: there are none. */
  readonly shops?: Shops;
  /** What receives shops' webhooks; absent or null: this process does not. */
  readonly shopReception?: ShopReception | null;
  /** Null when this process does not accept pushes. */
  readonly carrierEndpoint: CarrierEndpoint | null;
  /** Moves from other services. */
  readonly moves: Moves;
  /** False when this process does not serve merchants. */
  readonly merchantApi: boolean;
  /** Retention periods, for operators. */
  readonly retention: Retention;
  readonly isDatabaseEmbedded: boolean;
  /** Work refused under load; absent: none. */
  readonly load?: Sheds;
  readonly readiness: () => Promise<Readiness>;
  readonly log: Logger;
  readonly metrics: Registry;
  /** The content of `/metrics`; absent: the metrics in `metrics`. */
  readonly figures?: () => Promise<string>;
  /** The hub's public URL, without a trailing slash; a function, because the port is known late. */
  readonly publicUrl: () => string;
  readonly trustedProxies: readonly string[];
  /** Allows `/metrics` from elsewhere than loopback; null: loopback only. */
  readonly metricsToken: string | null;
  /** Routes of the public lookup, pages and live streams. */
  readonly publicRoutes: readonly Route[];
  /** The page for browsers at unknown paths. */
  readonly notFoundPage?: Handler;
  /** False sends hot routes through Express too, for the tests that compare the two. */
  readonly hotInFront?: boolean;
}

/** The dependencies, and what is derived from them once; each module picks what it needs. */
export interface HttpContext extends HttpDeps {
  readonly clock: Clock;
  readonly facilities: Facilities;
  readonly ops: OpsParts;
  readonly redirects: Redirects;
  readonly openId: OpenId;
  readonly providers: ProviderSettings;
}

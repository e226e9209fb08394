import type { ShipmentEvent } from '../../../events/event.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import type { TrackingDeps } from '../../../tracking/ports/shipments.ts';
import type { Channel, ChannelKind, ChannelsOf, Render, Rendered } from '../contract.ts';
import type { Foresight } from '../policy/decide.ts';
import type { RulesInForce } from '../rules/rules-in-force.ts';

/** The dependencies of sending. */
export interface DispatchDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly tracking: TrackingDeps;
  readonly rules: RulesInForce;
  readonly addressKey: () => Promise<Uint8Array>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly channelsOf: ChannelsOf;
  readonly render: Render;
  /** Predicts the outcome of a case that is about to open; absent: cases are not handled. */
  readonly predictCaseOutcome?: (tenant: Tenant, shipmentId: string) => Promise<Foresight>;
  /** The hub's public URL, without a slash at the end. */
  readonly publicUrl: () => string;
  /**
   * The database session whose end shows that this process has ended (platform/presence.ts); null:
   * after a crash, messages wait until their lease expires.
   */
  readonly holder: number | null;
  /** Reports the time from an event to the provider's acceptance; absent: it is not measured. */
  readonly handedOver?: (channel: ChannelKind, seconds: number) => void;
}

/** How long a message is claimed: longer than any channel's timeout and the work around it. */
export const LEASE_MS = 120_000;

/** Everything a channel needs. */
export interface Ready {
  readonly channel: Channel;
  readonly to: string;
  readonly rendered: Rendered;
  /** The event of the message; null for a confirmation. */
  readonly event: Pick<ShipmentEvent, 'subjectId' | 'sequence' | 'recordedAtMs'> | null;
}

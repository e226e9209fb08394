import type { Tenant } from '../../../kernel/tenant.ts';
import type { AccountHealth, PollingExplanation, RefreshOutcome } from '../../../poller/index.ts';

/**
 * What the edge asks of the poller. The composition root hands it in; every process that has the
 * database can answer, whether or not it polls itself.
 */
export interface Polling {
  /** Null when the number is not among those that are asked for. */
  explain(tenant: Tenant, parcel: Parcel): Promise<PollingExplanation | null>;
  refresh(tenant: Tenant, parcel: Parcel): Promise<RefreshOutcome>;
  /** Null when the tenant has no such account, or nothing was ever asked with it. */
  health(tenant: Tenant, accountId: string): Promise<AccountHealth | null>;
  /** An account's credentials are others now: what the old ones caused ends. */
  credentialsChanged(accountId: string): Promise<void>;
  /** An account came, went or holds credentials now: another may ask from now on. */
  accountsChanged(): void;
}

export interface Parcel {
  readonly carrier: string;
  readonly trackingNumber: string;
}

import type { Tenant } from '../../../kernel/tenant.ts';
import type { AccountHealth, PollingExplanation, RefreshOutcome } from '../../../poller/index.ts';

/**
 * Interface from the HTTP layer to the poller. The composition root provides it; every process with
 * the database can answer, whether or not it polls itself.
 */
export interface Polling {
  /** Null when the number is not polled. */
  explain(tenant: Tenant, parcel: Parcel): Promise<PollingExplanation | null>;
  refresh(tenant: Tenant, parcel: Parcel): Promise<RefreshOutcome>;
  /** Null when the tenant has no such account, or no call was ever made with it. */
  health(tenant: Tenant, accountId: string): Promise<AccountHealth | null>;
  /** An account's credentials changed: clear the effects of the old ones. */
  credentialsChanged(accountId: string): Promise<void>;
  /** An account was added, removed or got credentials: another one may be in charge from now on. */
  accountsChanged(): void;
}

export interface Parcel {
  readonly carrier: string;
  readonly trackingNumber: string;
}

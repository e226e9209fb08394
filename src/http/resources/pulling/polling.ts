import type { Tenant } from '../../../kernel/tenant.ts';

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

/** JSON-ready; instants are ISO 8601 in UTC. */
export interface PollingExplanation {
  readonly policy: string;
  readonly account_id: string | null;
  readonly account_why: string | null;
  readonly next_poll_at: string | null;
  readonly why: string;
  readonly value: number | null;
  readonly last_polled_at: string | null;
  readonly last_confirmed_at: string | null;
  readonly ceiling_s: number;
  readonly stretched: boolean;
  readonly push: 'healthy' | 'silent' | 'none';
  readonly known_to_carrier: boolean;
  readonly misses: number;
  readonly ended: boolean;
  readonly proof: {
    readonly state: 'waiting' | 'received' | 'none' | 'given_up';
    readonly next_try_at: string | null;
    readonly why: string;
  } | null;
}

export type RefreshOutcome =
  | { readonly outcome: 'queued'; readonly nextPollAtMs: number }
  | { readonly outcome: 'fresh'; readonly lastPolledAtMs: number; readonly retryAfterS: number }
  | { readonly outcome: 'no_account' }
  | { readonly outcome: 'no_budget'; readonly retryAfterS: number }
  | {
      readonly outcome: 'paused';
      readonly state: 'failing_credentials' | 'missing_scope' | 'rate_limited' | 'unreachable';
      /** A part of a sentence, as the carrier's answer was read; never a secret. */
      readonly reason: string;
      readonly untilMs: number;
      readonly retryAfterS: number;
    }
  | { readonly outcome: 'ended' };

/** JSON-ready. */
export interface AccountHealth {
  readonly state:
    | 'ok'
    | 'failing_credentials'
    | 'missing_scope'
    | 'rate_limited'
    | 'unreachable'
    | 'quota_near'
    | 'idle';
  readonly since: string | null;
  readonly reason: string | null;
  readonly budget: readonly {
    readonly window: 'hour' | 'day';
    readonly limit: number;
    readonly used: number;
    readonly resets_at: string;
  }[];
  readonly push: {
    readonly state: 'healthy' | 'silent' | 'suspended' | 'none';
    readonly since: string | null;
    readonly subscriptions: number;
    readonly reason: string | null;
  };
  readonly targets: { readonly active: number; readonly due: number; readonly overdue: number };
}

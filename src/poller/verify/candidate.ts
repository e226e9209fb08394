import type { PollingAccount } from '../../intake/index.ts';

/** Credentials to verify; `id` is null for an account that is not stored yet. */
export interface Candidate
  extends Pick<
    PollingAccount,
    'merchantId' | 'mode' | 'carrier' | 'environment' | 'credentials' | 'caps'
  > {
  readonly id: string | null;
}

import type { CarrierAccount, CredentialVerdict } from '../../../intake/index.ts';

/**
 * Checks credentials before they are stored. The composition root provides it; every process that
 * serves merchants can check, whether or not it polls.
 */
export interface CredentialCheck {
  /** Calls the carrier once, within seconds; never rejects. `id` null: not stored yet. */
  verify(candidate: CheckedCredentials): Promise<CredentialVerdict>;
  /** The checked account has been stored. */
  stored(account: CheckedCredentials & { readonly id: string }): Promise<void>;
}

export interface CheckedCredentials
  extends Pick<CarrierAccount, 'merchantId' | 'mode' | 'carrier' | 'environment' | 'caps'> {
  readonly id: string | null;
  readonly credentials: Readonly<Record<string, string>>;
}

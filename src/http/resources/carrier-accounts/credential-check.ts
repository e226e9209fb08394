import type { CarrierAccount, CredentialVerdict } from '../../../intake/index.ts';

/**
 * What the edge asks before it stores credentials. The composition root hands it in; every process
 * that serves merchants can ask, whether or not it polls.
 */
export interface CredentialCheck {
  /** Asks the carrier once, within seconds; never rejects. `id` null: not stored yet. */
  verify(candidate: CheckedCredentials): Promise<CredentialVerdict>;
  /** The account that was asked about is stored now. */
  stored(account: CheckedCredentials & { readonly id: string }): Promise<void>;
}

export interface CheckedCredentials
  extends Pick<CarrierAccount, 'merchantId' | 'mode' | 'carrier' | 'environment' | 'caps'> {
  readonly id: string | null;
  readonly credentials: Readonly<Record<string, string>>;
}

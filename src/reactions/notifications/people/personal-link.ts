import type { EnvelopeSealer, Keyring } from '../../../platform/sealing/sealing.ts';
import { signLink } from '../../../platform/sealing/signed-links.ts';
import type { Shipment } from '../../../tracking/index.ts';
import { recipientAddress, recipientOf } from './people.ts';
import { selfServiceSubject } from './self-service-link.ts';

export interface PersonalLink {
  /** For the `t` of the parcel's page. */
  readonly token: string;
  readonly expiresAtMs: number;
  /** The address it represents: when the merchant changes that, the link stops working. */
  readonly boundTo: 'email' | 'sms';
}

const HOUR_S = 3_600;

/**
 * A link as in messages, for a merchant that contacts its customer in its own way. Nothing is
 * stored; it expires at a full hour, so that a repeated request within an hour returns the same
 * link.
 *
 * @returns null when the shipment has no address that identifies a recipient.
 */
export function personalLink(
  { keyring, sealer }: { readonly keyring: Keyring; readonly sealer: EnvelopeSealer },
  shipment: Shipment,
  { nowMs, hours }: { readonly nowMs: number; readonly hours: number },
): PersonalLink | null {
  const recipient = recipientOf(shipment, sealer);
  const expiresAtS = Math.ceil(nowMs / 1_000 / HOUR_S + hours) * HOUR_S;
  for (const boundTo of ['email', 'sms'] as const) {
    const address = recipientAddress(recipient, boundTo);
    if (address === null) continue;
    const subject = selfServiceSubject(keyring, shipment.id, address);
    const token = signLink(keyring, { purpose: 'self_service', subject, expiresAtS });
    return { token, expiresAtMs: expiresAtS * 1_000, boundTo };
  }
  return null;
}

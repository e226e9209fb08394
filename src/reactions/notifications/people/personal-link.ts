import type { EnvelopeSealer, Keyring } from '../../../platform/sealing/sealing.ts';
import { signLink } from '../../../platform/sealing/signed-links.ts';
import type { Shipment } from '../../../tracking/index.ts';
import { recipientAddress, recipientOf } from './people.ts';
import { selfServiceSubject } from './self-service-link.ts';

export interface PersonalLink {
  /** For the `t` of the parcel's page. */
  readonly token: string;
  readonly expiresAtMs: number;
  /** Whose address it stands for: when the merchant changes that, the link opens nothing any more. */
  readonly boundTo: 'email' | 'sms';
}

const HOUR_S = 3_600;

/**
 * A link as messages have it, for a merchant that reaches its customer by a way of its own. Nothing
 * is stored; it ends with a full hour, so that asking again within one gives the same link.
 *
 * @returns null when the shipment has no address that a recipient can be known by.
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

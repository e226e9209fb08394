import type { EnvelopeSealer, Keyring } from '../../../platform/sealing/sealing.ts';
import { addressTags, signingTag, signLink } from '../../../platform/sealing/signed-links.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import { recipientAddress, recipientOf } from './people.ts';

export interface PersonalLink {
  /** The token for the parameter `t` of the parcel's page. */
  readonly token: string;
  readonly expiresAtMs: number;
  /**
   * The kind of address to which the link is bound: when the merchant changes that address, the
   * link stops working.
   */
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

/**
 * The subject of a personal link: a parcel, and a keyed tag of the address it was sent to.
 * The address makes its holder the recipient: when the merchant corrects it, a link sent by mistake
 * stops working.
 */
export function selfServiceSubject(keyring: Keyring, shipmentId: string, to: string): string {
  return `${shipmentId.replaceAll('-', '')}-${signingTag(keyring, to)}`;
}

export interface SelfServiceSubject {
  readonly shipmentId: string;
  /** The tag of the address; null: the link is from a version whose links had none. */
  readonly tag: string | null;
}

const BOUND = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})-([\w-]{12})$/;
const UNBOUND = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads the subject of a personal link; null: it is no such subject. */
export function readSelfServiceSubject(subject: string): SelfServiceSubject | null {
  const bound = BOUND.exec(subject);
  if (bound !== null) {
    return { shipmentId: bound.slice(1, 6).join('-'), tag: bound[6] ?? '' };
  }
  return UNBOUND.test(subject) ? { shipmentId: subject, tag: null } : null;
}

/** Whether the address a link was sent to is still one of the recipient's. */
export function isRecipients(
  keyring: Keyring,
  { tag }: SelfServiceSubject,
  shipment: Shipment,
  sealer: EnvelopeSealer,
): boolean {
  const recipient = recipientOf(shipment, sealer);
  return (['email', 'sms'] as const).some((channel) => {
    const address = recipientAddress(recipient, channel);
    return address !== null && tag !== null && addressTags(keyring, address).includes(tag);
  });
}

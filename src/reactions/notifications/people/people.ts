import { internationalPhone } from '../../../kernel/places/phone.ts';
import type { EnvelopeSealer, Keyring } from '../../../platform/sealing/sealing.ts';
import { addressTags, signingTag, signLink } from '../../../platform/sealing/signed-links.ts';
import { openPersonal, type Shipment } from '../../../tracking/ports/shipments.ts';
import type { ChannelKind } from '../contract.ts';
import { normalizedAddress } from './addresses.ts';

/** The part of a shipment's recipient that messages need. */
export interface Recipient {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly locale: string | null;
}

export function recipientOf(shipment: Shipment, sealer: EnvelopeSealer): Recipient {
  const { recipient, destination } = openPersonal(shipment.sealedPersonal, sealer);
  const member = (name: string): string | null => {
    const value = recipient?.[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const country = typeof destination?.['country'] === 'string' ? destination['country'] : null;
  const phone = member('phone');
  return {
    name: member('name'),
    email: member('email'),
    phone: phone && (internationalPhone(phone, country) ?? phone),
    locale: member('locale'),
  };
}

/** The recipient's address for a channel; null: none, or an unusable one. */
export function recipientAddress(recipient: Recipient, channel: ChannelKind): string | null {
  const text = channel === 'email' ? recipient.email : channel === 'sms' ? recipient.phone : null;
  return text === null ? null : normalizedAddress(channel, text);
}

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
 * The link is valid only while the recipient has that address: when the merchant corrects a wrong
 * one, the link sent to it stops working.
 */
export function selfServiceSubject(keyring: Keyring, shipmentId: string, to: string): string {
  return `${shipmentId.replaceAll('-', '')}-${signingTag(keyring, to)}`;
}

interface SelfServiceSubject {
  readonly shipmentId: string;
  /** The tag of the address; null: the link is from a version whose links had none. */
  readonly tag: string | null;
}

const BOUND = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})-([\w-]{12})$/;
const UNBOUND = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Parses the subject of a personal link; null if it is malformed. */
export function readSelfServiceSubject(subject: string): SelfServiceSubject | null {
  const bound = BOUND.exec(subject);
  if (bound !== null) {
    return { shipmentId: bound.slice(1, 6).join('-'), tag: bound[6] ?? '' };
  }
  return UNBOUND.test(subject) ? { shipmentId: subject, tag: null } : null;
}

/**
 * Whether the link was sent to an address that the recipient still has. False for old links without
 * a tag.
 */
export function isSentToCurrentAddress(
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

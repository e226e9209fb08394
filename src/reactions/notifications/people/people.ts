import { internationalPhone } from '../../../kernel/places/phone.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
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

import { internationalPhone } from '../../kernel/phone.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database.ts';
import type { EnvelopeSealer } from '../../platform/sealing.ts';
import { openPersonal, type Shipment } from '../../tracking/index.ts';
import { hashAddress, normalizedAddress } from './addresses.ts';
import type { ChannelKind } from './contract.ts';
import type { Person } from './decide.ts';
import { preferencesOf, suppressedOf } from './preferences.sql.ts';
import { activeSubscriptions } from './subscribing/subscriptions.sql.ts';

/** What a shipment says of its recipient, as far as it is needed to write to them. */
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

/** The recipient's address for a channel; null: none, or none that can be written to. */
export function recipientAddress(recipient: Recipient, channel: ChannelKind): string | null {
  const text = channel === 'email' ? recipient.email : channel === 'sms' ? recipient.phone : null;
  return text === null ? null : normalizedAddress(channel, text);
}

/** Everybody who may be told of a shipment, by hashes: recipient and subscribers. */
export async function peopleOf(
  db: Queryable,
  tenant: Tenant,
  shipment: Shipment,
  recipient: Recipient,
  key: Uint8Array,
): Promise<readonly Person[]> {
  const subscriptions = await activeSubscriptions(db, shipment.id);
  const bare = [
    ...(['email', 'sms'] as const).map((channel) => {
      const address = recipientAddress(recipient, channel);
      const addressHash = address === null ? null : hashAddress(key, channel, address);
      const { locale } = recipient;
      const audience = 'recipient' as const;
      return { audience, channel, addressHash, subscriptionId: null, milestones: [], locale };
    }),
    ...subscriptions.map(({ id, channel, addressHash, milestones, locale }) => {
      const audience = 'subscribers' as const;
      return { audience, channel, addressHash, subscriptionId: id, milestones, locale };
    }),
  ];
  const addresses = bare.flatMap(({ channel, addressHash }) =>
    addressHash === null ? [] : [{ channel, addressHash }],
  );
  const preferences = await preferencesOf(db, tenant, addresses);
  const suppressed = await suppressedOf(db, tenant, addresses);
  return bare.map((person) => ({
    ...person,
    preference:
      preferences.find(
        ({ channel, addressHash }) =>
          channel === person.channel && addressHash === person.addressHash,
      ) ?? null,
    suppressed: suppressed.has(`${person.channel} ${person.addressHash}`),
  }));
}

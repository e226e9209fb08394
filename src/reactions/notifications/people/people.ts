import { internationalPhone } from '../../../kernel/places/phone.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import { openPersonal, type Shipment } from '../../../tracking/index.ts';
import type { ChannelKind } from '../contract.ts';
import type { Person } from '../policy/decide.ts';
import { activeSubscriptions, type Subscription } from '../subscribing/subscriptions.sql.ts';
import { hashAddress, normalizedAddress } from './addresses.ts';
import { addressKeyOf, preferencesOf, suppressedOf } from './preferences.sql.ts';

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

/** Everybody who may be told of each shipment, by hashes: recipient and subscribers. */
export async function peopleOf(
  db: Queryable,
  parcels: readonly { readonly shipment: Shipment; readonly recipient: Recipient }[],
  key: Uint8Array,
): Promise<ReadonlyMap<string, readonly Person[]>> {
  const ids = parcels.map(({ shipment }) => shipment.id);
  const subscribers = byShipment(await activeSubscriptions(db, ids));
  const bare = parcels.flatMap(({ shipment, recipient }) => {
    const { id, merchantId, mode } = shipment;
    const place = { shipmentId: id, tenant: { merchantId, mode } };
    return [...recipientsOf(recipient, key), ...(subscribers.get(id) ?? []).map(subscriber)].map(
      (person) => ({ ...person, ...place }),
    );
  });
  const addresses = bare.flatMap(({ tenant, channel, addressHash }) =>
    addressHash === null ? [] : [{ tenant, channel, addressHash }],
  );
  const preferences = new Map(
    (await preferencesOf(db, addresses)).map((each) => [addressKeyOf(each), each]),
  );
  const suppressed = await suppressedOf(db, addresses);
  const people = bare.map(({ tenant, ...person }) => {
    const { channel, addressHash } = person;
    const address = addressKeyOf({ tenant, channel, addressHash: addressHash ?? '' });
    const preference = preferences.get(address) ?? null;
    return { ...person, preference, suppressed: suppressed.has(address) };
  });
  return byShipment(people);
}

function byShipment<T extends { readonly shipmentId: string }>(
  all: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const each of all) {
    const of = found.get(each.shipmentId);
    if (of === undefined) found.set(each.shipmentId, [each]);
    else of.push(each);
  }
  return found;
}

type Bare = Omit<Person, 'preference' | 'suppressed'>;

function recipientsOf(recipient: Recipient, key: Uint8Array): Bare[] {
  return (['email', 'sms'] as const).map((channel) => {
    const address = recipientAddress(recipient, channel);
    const addressHash = address === null ? null : hashAddress(key, channel, address);
    const { locale } = recipient;
    return { audience: 'recipient', channel, addressHash, ...NOBODYS, locale };
  });
}

const NOBODYS = { subscriptionId: null, milestones: [] } as const;

function subscriber({ id, channel, addressHash, milestones, locale }: Subscription): Bare {
  return { audience: 'subscribers', channel, addressHash, subscriptionId: id, milestones, locale };
}

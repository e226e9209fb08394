import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import { hashAddress } from '../people/addresses.ts';
import { recipientAddress, recipientOf } from '../people/people.ts';
import { preferencesOf } from '../people/preferences.sql.ts';
import { isUnwanted } from '../policy/decide.ts';

/**
 * The channel by which a recipient can be written to: mail, else SMS; `declined`: they want no
 * messages; null: the shipment has neither address.
 */
export type Reach = 'email' | 'sms' | 'declined' | null;

interface ReachDeps {
  readonly sealer: EnvelopeSealer;
  readonly addressKey: () => Promise<Uint8Array>;
}

/** Where a message by hand to a shipment's recipient goes; null: no address is known. */
export function writtenTo(sealer: EnvelopeSealer, shipment: Shipment) {
  const recipient = recipientOf(shipment, sealer);
  for (const channel of ['email', 'sms'] as const) {
    const to = recipientAddress(recipient, channel);
    if (to !== null) return { channel, to };
  }
  return null;
}

/** How each shipment's recipient can be written to now, in the order of the shipments. */
export async function reachOf(
  db: Queryable,
  { sealer, addressKey }: ReachDeps,
  tenant: Tenant,
  shipments: readonly Shipment[],
): Promise<readonly Reach[]> {
  const key = await addressKey();
  const targets = shipments.map((shipment) => {
    const found = writtenTo(sealer, shipment);
    if (found === null) return null;
    const { channel, to } = found;
    return { tenant, channel, addressHash: hashAddress(key, channel, to) };
  });
  const known = await preferencesOf(
    db,
    targets.filter((each) => each !== null),
  );
  const declined = new Set(
    known
      .filter((preference) => isUnwanted(preference, 'merchant_message'))
      .map(({ channel, addressHash }) => `${channel} ${addressHash}`),
  );
  return targets.map((target) => {
    if (target === null) return null;
    return declined.has(`${target.channel} ${target.addressHash}`) ? 'declined' : target.channel;
  });
}

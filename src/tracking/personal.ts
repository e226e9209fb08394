import { zoneOfPlace } from '../kernel/places/postal-zone.ts';
import type { Tenant } from '../kernel/tenant.ts';
import type { EnvelopeSealer } from '../platform/sealing/sealing.ts';
import type { SealedPersonal, Shipment } from './shipment.ts';
import type { TrackingDeps } from './tracking.ts';

/**
 * The personal data of a shipment: who its people are and where they live. They are sealed with a
 * key of the shipment's own.
 */
export interface Personal {
  readonly recipient: Readonly<Record<string, unknown>> | null;
  readonly origin: Readonly<Record<string, unknown>> | null;
  readonly destination: Readonly<Record<string, unknown>> | null;
  /** The PIN that the recipient gives at the door; absent if none is required. */
  readonly pin?: string;
}

export const NO_PERSONAL: Personal = { recipient: null, origin: null, destination: null };

/**
 * Seals personal data, with the hashes for finding the recipient if the key for them is available.
 * Null if there are none.
 */
export function sealPersonal(
  personal: Personal,
  tenant: Tenant,
  { sealer, people }: Pick<TrackingDeps, 'sealer' | 'people'>,
): Shipment['sealedPersonal'] {
  const { recipient, origin, destination, pin } = personal;
  if (!recipient && !origin && !destination && pin === undefined) return null;
  const { sealed, dataKey } = sealer.seal(Buffer.from(JSON.stringify(personal), 'utf8'));
  return { content: sealed, dataKey, ...(people && { hashes: people.of(tenant, personal) }) };
}

/** Opens sealed personal data; empty data for null. */
export function openPersonal(
  sealed: Pick<SealedPersonal, 'content' | 'dataKey'> | null,
  sealer: EnvelopeSealer,
): Personal {
  if (sealed === null) return NO_PERSONAL;
  const opened = sealer.open(sealed.content, sealed.dataKey);
  return JSON.parse(Buffer.from(opened).toString('utf8')) as Personal;
}

/**
 * Returns the parts of the destination that are stored in the clear: its country, and its IANA zone
 * if country and postal code determine it.
 */
export function destinationOf({
  destination,
}: Pick<Personal, 'destination'>): Pick<Shipment, 'destinationZone' | 'destinationCountry'> {
  const member = (name: string): string | null => {
    const value = destination?.[name];
    return typeof value === 'string' ? value : null;
  };
  const country = member('country');
  return {
    destinationZone: zoneOfPlace({
      country,
      region: member('region'),
      postalCode: member('postal_code'),
    }),
    destinationCountry: country,
  };
}

import type { BridgedParcel } from '../../adapters/contract/bridge.ts';
import type { BridgeCodes } from '../../adapters/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { KnownParcels } from './known-parcels.sql.ts';
import { type BridgeAccount, polledRegistrations, type Registration } from './registrations.sql.ts';

/** Where a parcel goes, as far as it matters to a bridge. */
export interface Destination {
  /** ISO 3166-1; null: unknown. */
  readonly country: string | null;
  readonly postalCode: string | null;
}

/** What the poller needs to know for bridges. */
export interface BridgeParts {
  readonly codes: Pick<BridgeCodes, 'codeOf'>;
  readonly knownParcels: KnownParcels;
  /** The carriers whose parcels a bridge may be given. */
  readonly knownTo: (bridge: string) => readonly string[];
  /** Whether a carrier asks for the recipient's postal code. */
  readonly asksPostalCode: (carrier: string) => boolean;
  /** Returns the destinations of shipments by id. */
  readonly destinationsOf: (
    shipmentIds: readonly string[],
  ) => Promise<ReadonlyMap<string, Destination>>;
}

/** Returns what the hub knows of numbers that a bridge's account polls. */
export async function parcelsToPoll(
  db: Queryable,
  bridges: BridgeParts,
  account: BridgeAccount,
  trackingNumbers: readonly string[],
): Promise<(trackingNumber: string) => BridgedParcel | null> {
  const rows = await polledRegistrations(db, account.id, trackingNumbers);
  const places = await destinationsFor(bridges, rows, false);
  const parcels = new Map(
    rows.map((row) => {
      const postalCode = places.get(row.shipmentId)?.postalCode ?? null;
      return [row.trackingNumber, bridgedParcel(bridges, account.carrier, row, postalCode)];
    }),
  );
  return (trackingNumber) => parcels.get(trackingNumber) ?? null;
}

/** Reads the destinations that matter: all, or only those whose carriers ask for a postal code. */
export async function destinationsFor(
  { asksPostalCode, destinationsOf }: BridgeParts,
  parcels: readonly Pick<Registration, 'carrier' | 'shipmentId'>[],
  isForAll: boolean,
): Promise<ReadonlyMap<string, Destination>> {
  const ids = parcels
    .filter(({ carrier }) => isForAll || asksPostalCode(carrier))
    .map(({ shipmentId }) => shipmentId);
  return ids.length === 0 ? new Map() : destinationsOf(ids);
}

/** Returns a parcel as the bridge's adapter gets it. */
export function bridgedParcel(
  { codes, asksPostalCode }: BridgeParts,
  bridge: string,
  { carrier, trackingNumber, reference }: Omit<Registration, 'shipmentId'>,
  postalCode: string | null,
): BridgedParcel {
  return {
    trackingNumber,
    carrierCode: codes.codeOf(bridge, carrier),
    reference,
    postalCode: asksPostalCode(carrier) ? postalCode : null,
  };
}

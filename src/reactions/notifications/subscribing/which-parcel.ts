import type { Queryable } from '../../../platform/database/database.ts';
import { publicTracksByNumber, type Shipment, shipmentsByNumber } from '../../../tracking/index.ts';

/** The parcel that a subscription is kept with. */
export interface ParcelToTrack {
  readonly shipment: Shipment;
  /**
   * Whether only one merchant has the number, as on its page. Otherwise the subscription belongs to
   * nobody: it is confirmed and served by the installation's channels, without a merchant's name,
   * and contains only what the shared page shows, so that registering somebody else's number gives
   * a merchant neither the address nor control.
   */
  readonly branded: boolean;
}

/**
 * The parcel that travels now, of the merchant whose page the number has. Where several have it, the
 * first who registered it: nobody takes a number's subscribers by registering it later. Null where
 * several carriers know the number, or nobody.
 */
export async function parcelToTrack(
  db: Queryable,
  numbers: readonly { readonly carrier: string; readonly trackingNumber: string }[],
): Promise<ParcelToTrack | null> {
  const all = await shipmentsByNumber(db, numbers);
  const [first] = all;
  if (first === undefined || all.some(({ carrier }) => carrier !== first.carrier)) return null;
  const rows = await publicTracksByNumber(db, [first.trackingNumber]);
  const page = rows.find(({ carrier }) => carrier === first.carrier);
  const mode = all.some((each) => each.mode === 'live') ? 'live' : 'test';
  const current = all.filter((each) => each.factsUntilMs === null && each.mode === mode);
  const owner = page?.merchant_id ?? null;
  if (owner === null) {
    const [earliest] = current;
    return earliest === undefined ? null : { shipment: earliest, branded: false };
  }
  const own = current.find(({ merchantId }) => merchantId === owner);
  return own === undefined ? null : { shipment: own, branded: true };
}

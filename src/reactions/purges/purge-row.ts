/** What a cache is to forget: a parcel, or all pages in a merchant's look (`lookKey`). */
export interface ParcelKey {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** No carrier is called so. */
const PURGE_ALL = '*';

/** Pages of all carriers' parcels that wear the merchant's look. */
export function purgeAllKey(merchantId: string): ParcelKey {
  return { carrier: PURGE_ALL, trackingNumber: merchantId };
}

export function isForAll({ carrier }: ParcelKey): boolean {
  return carrier === PURGE_ALL;
}

/** A parcel that one cache is to forget now. */
export interface DuePurge extends ParcelKey {
  readonly change: string;
  readonly changedAtMs: number;
  readonly rounds: number;
  readonly attempts: number;
}

/** How a parcel goes on with a cache: once more at that time, or not at all (null). */
export interface SettledPurge extends ParcelKey {
  readonly change: string;
  readonly rounds: number;
  readonly attempts: number;
  readonly dueAtMs: number | null;
}

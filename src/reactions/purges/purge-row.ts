/** What to purge from a cache: a parcel, or all pages with a merchant's branding (`lookKey`). */
export interface ParcelKey {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** Not the name of any carrier. */
const PURGE_ALL = '*';

/** Pages of all carriers' parcels with the merchant's branding. */
export function purgeAllKey(merchantId: string): ParcelKey {
  return { carrier: PURGE_ALL, trackingNumber: merchantId };
}

export function isForAll({ carrier }: ParcelKey): boolean {
  return carrier === PURGE_ALL;
}

/** A parcel that is due to be purged from one cache. */
export interface DuePurge extends ParcelKey {
  readonly change: string;
  readonly changedAtMs: number;
  readonly rounds: number;
  readonly attempts: number;
}

/** The next purge of a parcel in a cache: at that time, or never (null). */
export interface SettledPurge extends ParcelKey {
  readonly change: string;
  readonly rounds: number;
  readonly attempts: number;
  readonly dueAtMs: number | null;
}

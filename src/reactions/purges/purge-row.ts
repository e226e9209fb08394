export interface ParcelKey {
  readonly carrier: string;
  readonly trackingNumber: string;
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

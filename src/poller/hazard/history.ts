import type { Status } from '../../kernel/status.ts';

/** The known history of one parcel, for learning and for simulation. */
export interface ParcelHistory {
  readonly trackingNumber: string;
  readonly carrier: string;
  readonly service: string | null;
  readonly timeZone: string | null;
  readonly createdAtMs: number;
  /** Local date at the destination. */
  readonly edd: { readonly date: string } | null;
  /** The last poll or push; absent: observed all the time. Silence after it was not observed. */
  readonly watchedUntilMs?: number;
  /** In order of time. Several facts with one status are several updates. */
  readonly facts: readonly HistoryFact[];
}

export interface HistoryFact {
  /** When it happened, as far as the carrier reports. */
  readonly atMs: number;
  readonly status: Status;
}

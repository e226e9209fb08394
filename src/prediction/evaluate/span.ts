import type { Parcel } from '../sample/parcel.ts';

/** The range of hand-overs and the last event of all, epoch milliseconds. */
export interface Span {
  /** Infinite without parcels. */
  readonly firstMs: number;
  readonly lastHandOverMs: number;
  readonly lastMs: number;
}

export function spanOf(parcels: readonly Parcel[]): Span {
  let firstMs = Number.POSITIVE_INFINITY;
  let lastHandOverMs = Number.NEGATIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { handedOverAt, deliveredAt } of parcels) {
    firstMs = Math.min(firstMs, handedOverAt.instantMs);
    lastHandOverMs = Math.max(lastHandOverMs, handedOverAt.instantMs);
    lastMs = Math.max(lastMs, lastHandOverMs, deliveredAt?.instantMs ?? lastMs);
  }
  return { firstMs, lastHandOverMs, lastMs };
}

import { compare } from './compare.ts';
import type { FoldEstimate, FoldSnapshot, FoldState } from './fold-input.ts';
import { isOfInstance } from './instance.ts';

/** The newest snapshots combined: each member comes from the newest snapshot that has it. */
export interface WholeParcel {
  readonly returnFlag: ReturnFlag | null;
  readonly estimatedDelivery: FoldEstimate | null;
  readonly piecesTotal: number | null;
}

/** The newest return flag is set. */
export interface ReturnFlag {
  /** Epoch ms of its start; −Infinity when the carrier gave no time. */
  readonly asOfMs: number;
  /** Some ingestion of it since the last denial is better than a static header. */
  readonly trusted: boolean;
}

/**
 * Snapshots are ordered by (the carrier's as-of, received_at, message id). A report that omits a
 * member does not take it back: pushes contain less than pulls.
 */
export function wholeParcel(snapshots: readonly FoldSnapshot[]): WholeParcel {
  return {
    returnFlag: returnFlag(snapshots),
    estimatedDelivery:
      newest(snapshots, (snapshot) => snapshot.estimatedDelivery !== null)?.estimatedDelivery ??
      null,
    piecesTotal:
      newest(snapshots, (snapshot) => snapshot.piecesTotal !== null)?.piecesTotal ?? null,
  };
}

/**
 * The previous estimate: the newest one for another day than the current estimate. Null when the
 * day never moved, and when there is none.
 */
export function previousEstimate(
  snapshots: readonly FoldSnapshot[],
  { carrierPieceId, estimatedDelivery }: Pick<FoldState, 'carrierPieceId' | 'estimatedDelivery'>,
): FoldEstimate | null {
  if (estimatedDelivery === null) return null;
  const moved = newest(
    snapshots.filter((each) => isOfInstance(each, carrierPieceId)),
    (snapshot) =>
      snapshot.estimatedDelivery !== null &&
      snapshot.estimatedDelivery.date !== estimatedDelivery.date,
  );
  return moved?.estimatedDelivery ?? null;
}

function returnFlag(snapshots: readonly FoldSnapshot[]): ReturnFlag | null {
  const last = newest(snapshots, (snapshot) => snapshot.returnFlag !== null);
  if (last === null || last.returnFlag !== true) return null;
  const denied = newest(snapshots, (snapshot) => snapshot.returnFlag === false);
  const trusted = snapshots.some(
    (snapshot) =>
      snapshot.returnFlag === true &&
      snapshot.trust !== 'secret' &&
      (denied === null || compareSnapshots(snapshot, denied) > 0),
  );
  return { asOfMs: asOf(last), trusted };
}

function newest(
  snapshots: readonly FoldSnapshot[],
  speaks: (snapshot: FoldSnapshot) => boolean,
): FoldSnapshot | null {
  let best: FoldSnapshot | null = null;
  for (const snapshot of snapshots) {
    if (speaks(snapshot) && (best === null || compareSnapshots(snapshot, best) > 0)) {
      best = snapshot;
    }
  }
  return best;
}

function compareSnapshots(a: FoldSnapshot, b: FoldSnapshot): number {
  return (
    compare(asOf(a), asOf(b)) ||
    compare(a.receivedAtMs, b.receivedAtMs) ||
    compare(a.inboundMessageId, b.inboundMessageId) ||
    // For one message with two reports on the parcel any fixed choice will do.
    (a === b ? 0 : compare(JSON.stringify(a), JSON.stringify(b)))
  );
}

function asOf(snapshot: FoldSnapshot): number {
  return snapshot.asOfMs ?? Number.NEGATIVE_INFINITY;
}

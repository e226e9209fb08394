import { compare } from './compare.ts';
import type { FoldEstimate, FoldSnapshot, FoldState } from './fold-input.ts';
import { isOfInstance } from './instance.ts';

/**
 * What the snapshots say about the whole parcel: each member comes from the newest one that has it.
 */
interface WholeParcel {
  readonly returnFlag: ReturnFlag | null;
  readonly estimatedDelivery: FoldEstimate | null;
  readonly piecesTotal: number | null;
}

/** A return flag that the newest snapshot with such a flag sets. */
export interface ReturnFlag {
  /** Since when it applies (epoch ms); −Infinity when the carrier gave no time. */
  readonly asOfMs: number;
  /**
   * Whether a report with more trust than a static header set it since the last report that denied
   * it.
   */
  readonly trusted: boolean;
}

/**
 * Combines snapshots, ordered by (the carrier's as-of time, received_at, message id). A report that
 * omits a member does not remove it, because pushes contain less than pulls.
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
 * Returns the newest estimate for another day than the current one. Null when the day never
 * changed, and when there is no current estimate.
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

/** Returns the return flag if the newest snapshot that mentions one sets it; otherwise null. */
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

/** Returns the newest snapshot for which `matches` is true; null if there is none. */
function newest(
  snapshots: readonly FoldSnapshot[],
  matches: (snapshot: FoldSnapshot) => boolean,
): FoldSnapshot | null {
  let best: FoldSnapshot | null = null;
  for (const snapshot of snapshots) {
    if (matches(snapshot) && (best === null || compareSnapshots(snapshot, best) > 0)) {
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
    // For one message with two reports about the parcel, any fixed order will do.
    (a === b ? 0 : compare(JSON.stringify(a), JSON.stringify(b)))
  );
}

/**
 * Returns the time as of which a snapshot speaks; −Infinity if it has none. A bridge's is at most
 * that of its receipt: dated ahead, it would outlast whatever the carrier reports next.
 */
export function asOf({ asOfMs, bridge, receivedAtMs }: FoldSnapshot): number {
  if (asOfMs === null) return Number.NEGATIVE_INFINITY;
  return bridge === undefined ? asOfMs : Math.min(asOfMs, receivedAtMs);
}

import type { FoldSnapshot } from './fold-input.ts';
import { type Judged, setVerdict, stands } from './judged.ts';
import { asOf } from './snapshots.ts';

/** The time up to which the carrier's own reports decide, and its newest fact. */
export interface DirectUntil {
  /** Epoch ms; −Infinity if the carrier itself has reported nothing. */
  readonly atMs: number;
  readonly newest: Judged | null;
}

const NOTHING_DIRECT: DirectUntil = { atMs: Number.NEGATIVE_INFINITY, newest: null };

/**
 * Returns the time up to which the carrier's own reports decide the state: its newest as-of time or
 * end of a fact's interval, but never later than the receipt of the report. The end counts, so that
 * a fact without a zone decides over everything that may have happened before it.
 */
export function directUntil(
  facts: readonly Judged[],
  snapshots: readonly FoldSnapshot[],
): DirectUntil {
  const isBridged =
    facts.some(({ fact }) => fact.source === 'bridge') ||
    snapshots.some(({ bridge }) => bridge !== undefined);
  if (!isBridged) return NOTHING_DIRECT;
  let { atMs, newest } = NOTHING_DIRECT;
  for (const judged of facts) {
    if (judged.fact.source !== 'carrier' || !stands(judged)) continue;
    const endMs = Math.min(judged.hi, judged.firstReceivedMs);
    if (newest === null || endMs >= atMs) newest = judged;
    atMs = Math.max(atMs, endMs);
  }
  for (const { bridge, asOfMs, receivedAtMs } of snapshots) {
    if (bridge !== undefined || asOfMs === null) continue;
    atMs = Math.max(atMs, Math.min(asOfMs, receivedAtMs));
  }
  return { atMs, newest };
}

/**
 * Supersedes every fact of a bridge that is not certainly later than the carrier's own reports. Up
 * to their time the state is the one from the carrier alone; later facts of bridges take part in
 * the rules like any other, until the carrier reports again. A fact dated ahead counts from its
 * receipt, or else a bridge's mistake about a zone would outlast the carrier's next report.
 */
export function markDecidedByDirect(facts: readonly Judged[], { atMs, newest }: DirectUntil): void {
  if (atMs === Number.NEGATIVE_INFINITY) return;
  for (const judged of facts) {
    if (judged.fact.source !== 'bridge' || !stands(judged)) continue;
    if (!(Math.min(judged.lo, judged.firstReceivedMs) > atMs)) {
      setVerdict(judged, 'superseded', 'direct', newest);
    }
  }
}

/** Whether a snapshot counts: the carrier's own always, a bridge's only after `atMs`. */
export function isNewerThanDirect(snapshot: FoldSnapshot, { atMs }: DirectUntil): boolean {
  if (snapshot.bridge === undefined || atMs === Number.NEGATIVE_INFINITY) return true;
  return asOf(snapshot) > atMs;
}

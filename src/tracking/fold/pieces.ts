import { RANK, type Status } from '../../kernel/status.ts';
import type { PieceState } from './fold-input.ts';
import { compareJudged, hasEffect, type Judged, stands } from './judged.ts';
import type { Shown } from './status.ts';

/** The status of a whole shipment, with the number and states of its pieces. */
interface Whole {
  readonly shown: Shown;
  readonly pieces: { readonly total: number; readonly delivered: number } | null;
  readonly pieceStates: readonly PieceState[];
}

/**
 * Rule 7: combines the pieces of a shipment. `foldPiece` runs for each piece that the facts name;
 * facts without a piece apply to all. The piece with the lowest rank is shown, with any exception
 * as the reason, so "delivered" means all pieces. Cancelled pieces never left, so they count only
 * when all are cancelled. `piecesTotal`, the count that the carrier gives, is for display only.
 */
export function foldPieces(
  facts: Judged[],
  piecesTotal: number | null,
  foldPiece: (facts: readonly Judged[]) => Shown,
  isConfirmed: (shown: Shown) => boolean,
): Whole {
  const names = pieceNames(facts);
  if (names.length <= 1) {
    const shown = foldPiece(facts);
    return {
      shown: markSteering(shown),
      pieces: countPieces([shown], piecesTotal),
      pieceStates: names.map((name) => pieceState(name, shown)),
    };
  }
  const groups = names.map((name) => foldGroup(name, facts, foldPiece));
  const live = groups.filter((group) => group.shown.status !== 'cancelled');
  const counting = live.length > 0 ? live : groups;
  const lowest = counting.reduce((a, b) => (compareGroups(a, b, isConfirmed) <= 0 ? a : b));
  for (const group of groups) if (group !== lowest) writeBack(group, false);
  writeBack(lowest, true);
  return {
    shown: { ...shownWhole(lowest), reason: reasonOf(lowest, counting) },
    pieces: countPieces(
      counting.map((group) => group.shown),
      piecesTotal,
    ),
    pieceStates: groups.map((group) => pieceState(group.name, group.shown)),
  };
}

function pieceState(piece: string, { status, reason }: Shown): PieceState {
  return { piece, status, reason };
}

interface Group {
  readonly name: string;
  readonly originals: readonly Judged[];
  /**
   * A copy of each original, because a fact without a piece gets a different verdict in each group.
   */
  readonly copies: readonly Judged[];
  readonly shown: Shown;
}

function pieceNames(facts: readonly Judged[]): string[] {
  const names = new Set<string>();
  for (const judged of facts) {
    if (judged.fact.piece !== null && hasEffect(judged)) names.add(judged.fact.piece);
  }
  return [...names].sort();
}

function foldGroup(
  name: string,
  facts: readonly Judged[],
  foldPiece: (facts: readonly Judged[]) => Shown,
): Group {
  const originals = facts.filter(
    (judged) => hasEffect(judged) && (judged.fact.piece === null || judged.fact.piece === name),
  );
  const copies = originals.map((judged) => ({ ...judged }));
  return { name, originals, copies, shown: foldPiece(copies) };
}

/**
 * Compares pieces, the lowest rank first. Among equals the unconfirmed one comes first, so that
 * "all delivered" is confirmed only when the last piece is.
 */
function compareGroups(a: Group, b: Group, isConfirmed: (shown: Shown) => boolean): number {
  return (
    weight(a.shown.status) - weight(b.shown.status) ||
    Number(isConfirmed(a.shown)) - Number(isConfirmed(b.shown)) ||
    compareSteering(b.shown, a.shown) ||
    (a.name < b.name ? -1 : 1)
  );
}

/**
 * The rank of a piece's status for comparison. A return ranks above everything before delivery, and
 * `delivered` above its own rank, so that one delivered piece does not mean all.
 */
function weight(status: Status): number {
  if (status === 'returning') return RANK.available_for_pickup + 0.5;
  return status === 'delivered' ? RANK.delivered + 0.5 : RANK[status];
}

function compareSteering(a: Shown, b: Shown): number {
  if (a.steering === null || b.steering === null) {
    return Number(a.steering !== null) - Number(b.steering !== null);
  }
  return compareJudged(a.steering, b.steering);
}

/** Returns the reason of the newest exception of any piece; without one, the lowest piece's. */
function reasonOf(lowest: Group, groups: readonly Group[]): string | null {
  if (lowest.shown.status === 'exception') return lowest.shown.reason;
  const exceptions = groups
    .map((group) => group.shown)
    .filter((shown) => shown.status === 'exception')
    .sort(compareSteering);
  const newest = exceptions.at(-1);
  return newest === undefined ? lowest.shown.reason : (newest.reason ?? 'exception');
}

/**
 * Copies a group's verdicts to the shipment's facts. The group that is shown must be written last;
 * standing facts of the others lost to it (`pieces`).
 */
function writeBack(group: Group, isShown: boolean): void {
  if (isShown) markSteering(group.shown);
  for (const [index, original] of group.originals.entries()) {
    const copy = group.copies[index];
    if (copy === undefined) continue;
    original.verdict = copy.verdict;
    original.rule = !isShown && stands(copy) ? 'pieces' : copy.rule;
    original.by = copy.by;
  }
}

/** Returns the group's result with the shipment's own steering fact instead of the group's copy. */
function shownWhole(group: Group): Shown {
  const { steering } = group.shown;
  if (steering === null) return group.shown;
  return { ...group.shown, steering: group.originals[group.copies.indexOf(steering)] ?? null };
}

/** Gives the steering fact its verdict `steering`; returns its argument. */
function markSteering(shown: Shown): Shown {
  if (shown.steering !== null) shown.steering.verdict = 'steering';
  return shown;
}

/**
 * Counts the pieces; null for a single one. Of pieces under other numbers only the count is known.
 */
function countPieces(
  pieces: readonly Shown[],
  piecesTotal: number | null,
): { total: number; delivered: number } | null {
  const total = Math.max(pieces.length, piecesTotal ?? 0);
  if (total <= 1) return null;
  return { total, delivered: pieces.filter((shown) => shown.status === 'delivered').length };
}

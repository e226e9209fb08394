import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { ReadStatus, Status } from '../../kernel/status.ts';
import { foldInput, type History } from '../facts/history.ts';
import { winningObservation } from '../facts/winning-observation.ts';
import type { FoldPolicy } from '../fold/fold-input.ts';

/** A parcel's statuses right before and right after a code; null if nothing was received there. */
export interface Neighbourhood {
  readonly before: Status | null;
  readonly after: Status | null;
}

/**
 * Returns the neighbours of the code in a parcel's history, in order of time; null if the code is
 * not in it. Pure.
 */
export function neighbourhoodOf(
  history: History,
  codes: CodeMatch,
  policy: FoldPolicy,
): Neighbourhood | null {
  const placed = foldInput(history, policy, Number.POSITIVE_INFINITY)
    .facts.filter(({ summary, about }) => !summary && about === null)
    .map((fact) => ({ fact, at: winningObservation(fact.observations)?.interval.lo ?? Number.NaN }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at || (a.fact.identity < b.fact.identity ? -1 : 1));
  const key = keyOf(codes);
  const at = placed.findIndex(
    ({ fact }) => keyOf(history.facts.get(fact.identity)?.codes ?? {}) === key,
  );
  if (at < 0) return null;
  const statusOf = ({ fact }: (typeof placed)[number]): Status | null => {
    const stored = history.facts.get(fact.identity);
    if (stored === undefined || !stored.reading.known || stored.reading.logical) return null;
    return stored.reading.status === 'none' ? null : stored.reading.status;
  };
  const firstStatus = (facts: readonly (typeof placed)[number][]): Status | null => {
    for (const each of facts) {
      const status = statusOf(each);
      if (status !== null) return status;
    }
    return null;
  };
  return {
    before: firstStatus(placed.slice(0, at).reverse()),
    after: firstStatus(placed.slice(at + 1)),
  };
}

function keyOf(codes: CodeMatch): string {
  return JSON.stringify(Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** With this many parcels, their votes have half of the full weight. */
const HALF_AT = 3;

/**
 * Returns a weight of 0 to 1 for each possible status of the code: the mean of the parcels' votes,
 * reduced if there are few parcels.
 */
export function votesOf(neighbours: readonly Neighbourhood[]): Map<ReadStatus, number> {
  const sums = new Map<ReadStatus, number>();
  for (const each of neighbours) {
    for (const [status, weight] of voteOf(each)) {
      sums.set(status, (sums.get(status) ?? 0) + weight);
    }
  }
  const n = neighbours.length;
  const trust = n / (n + HALF_AT);
  return new Map([...sums].map(([status, sum]) => [status, (sum / n) * trust]));
}

type Vote = readonly (readonly [ReadStatus, number])[];

const MOVING: ReadonlySet<Status | null> = new Set(['picked_up', 'in_transit', 'at_facility']);

/** Returns which statuses usually come between these two, each with a weight of 0 to 1. */
function voteOf({ before, after }: Neighbourhood): Vote {
  if (before === null && after === null) return [];
  if (before === 'returning') return [['returning', 0.7]];
  if (after === 'returning' || after === 'returned_to_sender') {
    return [
      ['exception', 0.5],
      ['returning', 0.4],
    ];
  }
  if (before === null || before === 'created') return voteAtStart(after);
  if (before === 'out_for_delivery') return voteAfterVehicle(after);
  if (before === 'available_for_pickup' && (after === 'delivered' || after === null)) {
    return [['available_for_pickup', 0.5]];
  }
  if (after === 'out_for_delivery') {
    return [
      ['at_facility', 0.7],
      ['in_transit', 0.4],
    ];
  }
  if (after === 'delivered') return [['out_for_delivery', 0.6]];
  if (MOVING.has(before) && MOVING.has(after)) return [['in_transit', 0.7]];
  return [['in_transit', 0.4]];
}

function voteAtStart(after: Status | null): Vote {
  if (after === 'picked_up') return [['created', 0.7]];
  if (after === null) return [['created', 0.3]];
  return [
    ['picked_up', 0.5],
    ['in_transit', 0.4],
  ];
}

function voteAfterVehicle(after: Status | null): Vote {
  if (after === null) {
    return [
      ['delivered', 0.5],
      ['delivery_attempted', 0.3],
    ];
  }
  if (after === 'delivered') return [['out_for_delivery', 0.5]];
  return [
    ['delivery_attempted', 0.7],
    ['exception', 0.3],
  ];
}

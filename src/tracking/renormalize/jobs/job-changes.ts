import type { ReadStatus, Status } from '../../../kernel/status.ts';

/** A parcel as an example for people. */
interface Sample {
  readonly shipment_id: string;
  readonly tracking_number: string;
}

/** The changes from one status to another. */
export interface StatusChange {
  readonly from: ReadStatus;
  readonly to: ReadStatus;
  /**
   * Facts with this change. With equal statuses, only the sub_status, milestone, text or rule
   * changed.
   */
  readonly facts: number;
  /** Parcels whose own status changed this way. */
  readonly shipments: number;
  readonly samples: readonly Sample[];
}

/** Limit of examples: more parcels than a person opens. */
export const SAMPLES_MAX = 20;

/** Counts changes, with a few example parcels for each pair of statuses. */
export interface ChangeTally {
  /** Counts a fact with a changed reading. */
  fact(from: ReadStatus, to: ReadStatus, sample: Sample): void;
  /** Counts a parcel with a visible change, even if its status stays the same. */
  shipment(from: Status, to: Status, sample: Sample): void;
  readonly factsChanged: number;
  readonly shipmentsChanged: number;
  changes(): StatusChange[];
}

/** Creates an empty `ChangeTally`. */
export function tallyChanges(): ChangeTally {
  const pairs = new Map<string, Counted>();
  let factsChanged = 0;
  let shipmentsChanged = 0;
  const pairOf = (from: ReadStatus, to: ReadStatus): Counted => {
    const key = `${from} ${to}`;
    const known = pairs.get(key);
    if (known !== undefined) return known;
    const fresh: Counted = { from, to, facts: 0, shipments: 0, moved: [], touched: [] };
    pairs.set(key, fresh);
    return fresh;
  };
  return {
    fact(from, to, sample) {
      const pair = pairOf(from, to);
      pair.facts += 1;
      factsChanged += 1;
      if (pair.touched.length < SAMPLES_MAX) pair.touched.push(sample);
    },
    shipment(from, to, sample) {
      shipmentsChanged += 1;
      if (from === to) return;
      const pair = pairOf(from, to);
      pair.shipments += 1;
      if (pair.moved.length < SAMPLES_MAX) pair.moved.push(sample);
    },
    get factsChanged() {
      return factsChanged;
    },
    get shipmentsChanged() {
      return shipmentsChanged;
    },
    changes: () =>
      [...pairs.values()]
        .map(({ moved, touched, ...pair }) => ({
          ...pair,
          samples: firstSamples([...moved, ...touched]),
        }))
        .sort(byPair),
  };
}

interface Counted {
  readonly from: ReadStatus;
  readonly to: ReadStatus;
  facts: number;
  shipments: number;
  /** Parcels whose status changed: better examples than those with only such a fact. */
  readonly moved: Sample[];
  readonly touched: Sample[];
}

/** Returns the first `SAMPLES_MAX` parcels, each once. */
export function firstSamples(samples: readonly Sample[]): Sample[] {
  return [...new Map(samples.map((sample) => [sample.shipment_id, sample])).values()].slice(
    0,
    SAMPLES_MAX,
  );
}

/** Compares by statuses. All writers use this order, so that concurrent ones never deadlock. */
function byPair(a: StatusChange, b: StatusChange): number {
  return a.from < b.from || (a.from === b.from && a.to < b.to) ? -1 : 1;
}

import type { ReadStatus, Status } from '../../../kernel/status.ts';

/** A parcel, for a person who wants to look at one. */
export interface Sample {
  readonly shipment_id: string;
  readonly tracking_number: string;
}

/** What went from one status to another. */
export interface StatusChange {
  readonly from: ReadStatus;
  readonly to: ReadStatus;
  /** Facts that read so; equal statuses: in another sub_status, milestone, text or rule only. */
  readonly facts: number;
  /** Parcels whose own status went so. */
  readonly shipments: number;
  readonly samples: readonly Sample[];
}

/** More parcels than a person opens. */
export const SAMPLES_MAX = 20;

/** Adds up what changes, and keeps a few parcels for each pair. */
export interface ChangeTally {
  fact(from: ReadStatus, to: ReadStatus, sample: Sample): void;
  /** A parcel that somebody sees otherwise. */
  shipment(from: Status, to: Status, sample: Sample): void;
  readonly factsChanged: number;
  readonly shipmentsChanged: number;
  changes(): StatusChange[];
}

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
        .map(({ moved, touched, ...pair }) => ({ ...pair, samples: few([...moved, ...touched]) }))
        .sort(byPair),
  };
}

interface Counted {
  readonly from: ReadStatus;
  readonly to: ReadStatus;
  facts: number;
  shipments: number;
  /** Parcels whose status went so: worth more than those that only have such a fact. */
  readonly moved: Sample[];
  readonly touched: Sample[];
}

/** The first few, each parcel once. */
export function few(samples: readonly Sample[]): Sample[] {
  return [...new Map(samples.map((sample) => [sample.shipment_id, sample])).values()].slice(
    0,
    SAMPLES_MAX,
  );
}

/** The same order in whoever writes them, so that two who write at once never deadlock. */
function byPair(a: StatusChange, b: StatusChange): number {
  return a.from < b.from || (a.from === b.from && a.to < b.to) ? -1 : 1;
}

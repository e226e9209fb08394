/** Windows of recent deliveries, in days. */
export const RESIDUAL_DAYS = [7, 14, 21, 30, 90] as const;

/** Shares of a group's parcels whose arrival is compared with that of all. */
export const PACE_SHARES = [0.2, 0.5, 0.8] as const;

/**
 * What was known about comparable parcels at one moment. Times are ln(days + 1); everything but
 * `usual` and `level` is relative to all parcels, so that no tree can mistake a season for a rule.
 */
export interface LaneComparison {
  /** Usual time of its lane over all history. */
  readonly usual: number;
  /** How much slower than usual comparable parcels currently are. */
  readonly level: number;
  /** By `PACE_SHARES`: currently slower than all. */
  readonly pace: Readonly<Record<ComparedGroup, readonly number[]>>;
  /** By `RESIDUAL_DAYS`: residuals of completed parcels, shrunk. */
  readonly residuals: Readonly<Record<ComparedGroup, readonly number[]>>;
  /** Parcels still under way among those of the last month. */
  readonly underWay: Readonly<Record<ComparedGroup, number>>;
  /** Deliveries of the last month. */
  readonly deliveries: Readonly<Record<ComparedGroup, number>>;
}

export const COMPARED_GROUPS = ['origin', 'destination', 'lane', 'zone', 'sender'] as const;

export type ComparedGroup = (typeof COMPARED_GROUPS)[number];

/** Makes a record with a value for each group that is compared. */
export function compared<T>(
  value: (group: ComparedGroup) => T,
): Readonly<Record<ComparedGroup, T>> {
  const [origin, destination, lane, zone, sender] = COMPARED_GROUPS;
  return {
    origin: value(origin),
    destination: value(destination),
    lane: value(lane),
    zone: value(zone),
    sender: value(sender),
  };
}

/** The expected time, in ln(days + 1): the usual one, adjusted to the current pace. */
export function expectedLog({ usual, level }: Pick<LaneComparison, 'usual' | 'level'>): number {
  return usual + LEVEL_BELIEVED * level;
}

/**
 * Today's pace holds only in part for parcels that depart today: it changes while they travel.
 * Between 0.6 and 0.8 was best or nearly best on every split tried, in both directions of time.
 */
const LEVEL_BELIEVED = 0.7;

/** Windows of recent deliveries, in days. */
export const RESIDUAL_DAYS = [7, 14, 21, 30, 90] as const;
/** Shares of a group's parcels whose arrival is compared with that of all. */
export const PACE_SHARES = [0.2, 0.5, 0.8] as const;

/**
 * What was known about a parcel's company at one moment. Times are ln(days + 1); everything but
 * `usual` and `level` is against all parcels, so that no tree can mistake a season for a rule.
 */
export interface LaneComparison {
  /** Usual time of its lane over all history. */
  readonly usual: number;
  /** How much slower than usual its neighbourhood moves these days. */
  readonly level: number;
  /** By `PACE_SHARES`: slower than all these days. */
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

/** A value for each group that is compared. */
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

/** When it is expected, in ln(days + 1): as usual, and as its neighbourhood has been lately. */
export function expectedLog({ usual, level }: Pick<LaneComparison, 'usual' | 'level'>): number {
  return usual + LEVEL_BELIEVED * level;
}

/**
 * Today's pace holds for parcels that set out today only in part: it changes while they travel.
 * Best or near it on every split tried, both ways of time, between 0.6 and 0.8.
 */
const LEVEL_BELIEVED = 0.7;

/** The weights of the rolling policy, in seconds of one order's wait until delivery. */
export interface RollingWeights {
  /** How often it decides. */
  readonly everyS: number;
  /** Orders that are ready later than this wait for a later decision. */
  readonly horizonS: number;
  /** How many of the best couriers are compared for an order. */
  readonly candidates: number;
  /**
   * Weight of a second that a ready order waits for the courier, in addition to its wait until
   * delivery.
   */
  readonly lateness: number;
  /** A second on the way to the pickup. */
  readonly approach: number;
  /** Weight of a second until the courier is free: of two who arrive in time, the idle one goes. */
  readonly busy: number;
  /**
   * The fixed cost of leaving an order without a courier, and the cost for each second it has been
   * open.
   */
  readonly aloneS: number;
  readonly alonePerOpenS: number;
  /**
   * How long before departure becomes urgent a courier is notified; until then the plan may
   * change.
   */
  readonly noticeS: number;
  /** A courier who will be free within this time already gets the next route. */
  readonly headStartS: number;
  /** Maximum number of orders on a route, and how far apart their pickups may be. */
  readonly ordersPerRoute: number;
  readonly bundleReachM: number;
  /** The value of a courier's second when there is one more order per courier than couriers. */
  readonly courierTime: number;
}

/** Tuned on instances 0 to 2 of MDRPLib and four city days; docs/benchmarks.md has the others. */
export const ROLLING_WEIGHTS: RollingWeights = {
  everyS: 60,
  horizonS: 1_800,
  candidates: 24,
  lateness: 0.5,
  approach: 0,
  busy: 0.3,
  aloneS: 7_200,
  alonePerOpenS: 2,
  noticeS: 300,
  headStartS: 180,
  ordersPerRoute: 2,
  bundleReachM: 1_500,
  courierTime: 0.5,
};

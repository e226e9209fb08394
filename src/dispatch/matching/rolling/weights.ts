/** What the rolling policy weighs, in seconds of one order's wait at the door. */
export interface RollingWeights {
  /** How often it decides. */
  readonly everyS: number;
  /** Orders that are ready later than this wait for a later decision. */
  readonly horizonS: number;
  /** Couriers that are compared for an order: the best so many. */
  readonly candidates: number;
  /** A second that food or parcel waits for the courier, beside the wait at the door. */
  readonly lateness: number;
  /** A second on the way to the pickup. */
  readonly approach: number;
  /** A second until the courier is free: of two that are there in time, who is idle goes. */
  readonly busy: number;
  /** Leaving an order without a courier costs so much at once, and so much for each second it is open. */
  readonly aloneS: number;
  readonly alonePerOpenS: number;
  /** A courier is told so long before leaving is urgent; until then the plan may change. */
  readonly noticeS: number;
  /** A courier who will be free within this time is told the next route already. */
  readonly headStartS: number;
  /** Orders on one route at most, and how far apart their pickups may be. */
  readonly ordersPerRoute: number;
  readonly bundleReachM: number;
  /** What a courier's second is worth where orders outnumber couriers by one for each. */
  readonly courierTime: number;
}

/** Chosen on instances 0 to 2 of MDRPLib and four days of cities; docs/benchmarks.md has the rest. */
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

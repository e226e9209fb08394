/** Figures of FedEx's guide to quotas and rate limits that more than one file needs. */

/** Numbers in one track request (Track API description). */
export const BATCH_MAX = 30;
/** The window of the burst limit: until it ends, every call is answered 429. */
export const BURST_WINDOW_S = 10;
/** How long too many token calls are answered with 403; each further call restarts it. */
export const TOKEN_PENALTY_S = 600;
/** Numbers in one asynchronous request of Tracking Number Subscription. */
export const SUBSCRIBE_MAX = 1_000;

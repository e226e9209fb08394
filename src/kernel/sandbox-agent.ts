/**
 * The user agent of the simulated phones of the sandbox's couriers: they send many requests a
 * minute, which would hide everything else in a newcomer's log. Grants nothing.
 */
export const SANDBOX_AGENT = 'waybill-sandbox';

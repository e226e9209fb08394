/**
 * What the phones of the sandbox's own couriers call themselves: they ask many times a minute, and their
 * requests would bury everything else that a newcomer's log says. Grants nothing.
 */
export const SANDBOX_AGENT = 'waybill-sandbox';

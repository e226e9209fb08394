/**
 * How reliable an observation is. `signed`: HMAC over the bytes; `pulled`: we polled the carrier
 * over TLS; `secret`: a static header, which anybody can forge after a leak; `internal`: ours.
 */
export const TRUSTS = ['pulled', 'signed', 'internal', 'secret'] as const;

export type Trust = (typeof TRUSTS)[number];

/** Where an inbound message came from. */
export const INBOUND_MESSAGE_SOURCES = ['webhook', 'poll', 'scan', 'internal'] as const;

export type InboundMessageSource = (typeof INBOUND_MESSAGE_SOURCES)[number];

/**
 * How far a hearing can be believed. `signed`: HMAC over the bytes; `pulled`: we asked the
 * carrier over TLS; `secret`: a static header, which any leak forges; `internal`: ours.
 */
export const TRUSTS = ['pulled', 'signed', 'internal', 'secret'] as const;
export type Trust = (typeof TRUSTS)[number];

/** Through which door a report came in. */
export const DOORS = ['webhook', 'poll', 'scan', 'fleet', 'internal'] as const;
export type Door = (typeof DOORS)[number];

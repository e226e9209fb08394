/**
 * How far an observation can be believed. `signed`: HMAC over the bytes; `pulled`: we asked the
 * carrier over TLS; `secret`: a static header, which any leak forges; `internal`: ours.
 */
export const TRUSTS = ['pulled', 'signed', 'internal', 'secret'] as const;
export type Trust = (typeof TRUSTS)[number];

/** Where a receipt came from. */
export const RECEIPT_SOURCES = ['webhook', 'poll', 'scan', 'internal'] as const;
export type ReceiptSource = (typeof RECEIPT_SOURCES)[number];

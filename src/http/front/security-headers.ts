/**
 * Headers of every response unless its handler overrides them, alternating names and values: no
 * sniffing, framing or loading, and no referrer, because the URL contains a tracking number.
 */
export const SECURITY_HEADERS: readonly string[] = [
  ...['x-content-type-options', 'nosniff'],
  ...['x-frame-options', 'DENY'],
  ...['referrer-policy', 'no-referrer'],
  ...['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ...['cross-origin-resource-policy', 'same-origin'],
];

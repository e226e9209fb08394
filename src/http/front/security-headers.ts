/**
 * What every answer carries unless its handler says otherwise, names and values in turns: nothing
 * is sniffed, framed or loaded, and the address, which holds a tracking number, is told to nobody.
 */
export const SECURITY_HEADERS: readonly string[] = [
  ...['x-content-type-options', 'nosniff'],
  ...['x-frame-options', 'DENY'],
  ...['referrer-policy', 'no-referrer'],
  ...['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ...['cross-origin-resource-policy', 'same-origin'],
];

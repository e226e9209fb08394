/**
 * Returns a number in [0, 1) for a tracking number. It spreads what would otherwise happen at one
 * instant, in the same way after every restart and in every process (FNV-1a, then mixed, because
 * neighbouring numbers differ in their last digits only).
 */
export function jitterOf(trackingNumber: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let at = 0; at < trackingNumber.length; at += 1) {
    hash = Math.imul(hash ^ trackingNumber.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

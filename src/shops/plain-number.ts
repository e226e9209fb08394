/** What people and plug-ins spell differently in a number. */
const SPELLING = /[\s.-]/g;

/** Returns a tracking number by which its spellings are equal. Pure. */
export function plainNumber(trackingNumber: string): string {
  return trackingNumber.replaceAll(SPELLING, '').toUpperCase();
}

/** After these a date is no promise any more: nobody knows whether the parcel comes at all. */
const REASONS_IT_STAYS_AWAY: ReadonlySet<string> = new Set([
  ...['damaged', 'dead_letter', 'disposed', 'lost', 'recalled', 'refused', 'seized', 'unclaimed'],
  'undeliverable',
]);

/** Whether a parcel in trouble for this reason probably does not come. */
export function staysAway(reason: string | null): boolean {
  return reason !== null && REASONS_IT_STAYS_AWAY.has(reason);
}

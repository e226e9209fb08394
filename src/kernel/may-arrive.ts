import { isTerminal, type Status } from './status.ts';

/**
 * Reasons for which a parcel probably never reaches its recipient, so that no date can be promised.
 */
const REASONS_IT_STAYS_AWAY: ReadonlySet<string> = new Set([
  'damaged',
  'dead_letter',
  'disposed',
  'lost',
  'recalled',
  'refused',
  'seized',
  'unclaimed',
  'undeliverable',
]);

/**
 * Whether a parcel may still be delivered to its recipient. Only then is a delivery date shown: not
 * for one that has ended, is returning, waits to be collected, or probably will not arrive.
 */
export function mayArrive(status: Status, reason: string | null): boolean {
  if (isTerminal(status) || status === 'returning' || status === 'available_for_pickup')
    return false;
  return reason === null || !REASONS_IT_STAYS_AWAY.has(reason);
}

/**
 * After a restore from a backup, the events of each subject continue above the next multiple of
 * this: the lost hub may have used the numbers in between for events that are lost. No subject has
 * this many events.
 */
export const SEQUENCE_JUMP = 1_000_000;

/** Returns the next sequence number, on a hub that was last restored with that floor (0: never). */
export function nextSequence(last: number, floor: number): number {
  // What begins after the restore has no numbers that could be in use.
  return last === 0 ? 1 : Math.max(last, floor) + 1;
}

/**
 * The published number of the previous event. If a restore lies between the two, it is the multiple
 * itself, which is not an event's number. No consumer has handled that one, so a consumer that
 * compares finds a gap and reads the true state.
 */
export function previousPublished(previous: number | null, sequence: number): number | null {
  if (previous === null) return null;
  return Math.max(previous, sequence - (sequence % SEQUENCE_JUMP));
}

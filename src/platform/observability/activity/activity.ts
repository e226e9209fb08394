/**
 * The hub's activity over time, for plots of a day: counted by each process, summed in the
 * database.
 */

/**
 * `lag_s` is the sum of the seconds that all of `seen` waited, so that processes can be added up.
 */
export const ACTIVITY_KINDS = [
  'updates',
  'polls',
  'failed_polls',
  'webhooks',
  'failed_webhooks',
  'messages',
  'seen',
  'lag_s',
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];
export type Activity = Readonly<Record<ActivityKind, number>>;

export const SLOT_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;

/** Returns the start of the slot of an instant. Pure. */
export function slotOf(atMs: number): number {
  return Math.floor(atMs / SLOT_MS) * SLOT_MS;
}

/** Returns the activity between two readings of the same process's counters. Pure. */
export function doneSince(before: Activity, now: Activity): Activity {
  return activityOf((kind) => Math.max(0, now[kind] - before[kind]));
}

export function activityOf(value: (kind: ActivityKind) => number): Activity {
  return Object.fromEntries(ACTIVITY_KINDS.map((kind) => [kind, value(kind)])) as Record<
    ActivityKind,
    number
  >;
}

export interface ActivitySlot {
  readonly atMs: number;
  readonly kind: ActivityKind;
  readonly value: number;
}

interface ActivityHour extends Activity {
  /** The start of the slot, epoch ms in UTC. */
  readonly atMs: number;
}

/**
 * Returns the hours up to the current one, oldest first, including those without activity. Pure.
 */
export function hoursOf(
  slots: readonly ActivitySlot[],
  nowMs: number,
  hours = 24,
): readonly ActivityHour[] {
  const lastMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  return Array.from({ length: hours }, (_, index) => {
    const atMs = lastMs - (hours - 1 - index) * HOUR_MS;
    const within = slots.filter((slot) => slot.atMs >= atMs && slot.atMs < atMs + HOUR_MS);
    const sum = (kind: ActivityKind) =>
      within.reduce((total, slot) => total + (slot.kind === kind ? slot.value : 0), 0);
    return { atMs, ...activityOf(sum) };
  });
}

import type { Channel } from '../contract.ts';
import { accountOf } from './gates.ts';
import type { AttemptMade } from './outbox.sql.ts';

/**
 * By which channel a message goes. What was begun through one account goes on with it as long as it is
 * there. Where it may have gone out through one, no other repeats it: the second would not be known for
 * the first. Pure.
 *
 * @param before the latest first.
 * @returns null when there is none.
 */
export function chooseChannel(
  channels: readonly Channel[],
  before: readonly AttemptMade[],
  to: string,
): Channel | 'in_doubt' | null {
  const fit = channels.filter((channel) => channel.takes?.(to) ?? true);
  const by = (attempt: AttemptMade | undefined) =>
    attempt && fit.find((channel) => accountOf(channel) === attempt.account);
  const doubtful = before.find(({ outcome }) => outcome === 'unknown' || outcome === null);
  if (doubtful === undefined) return by(before[0]) ?? fit[0] ?? null;
  const same = by(doubtful);
  return same === undefined || same.repeat === 'never' ? 'in_doubt' : same;
}

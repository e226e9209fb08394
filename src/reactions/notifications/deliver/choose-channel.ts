import type { Channel } from '../contract.ts';
import type { AttemptMade } from './attempts.sql.ts';
import { accountOf } from './throttles.ts';

/**
 * By which channel a message goes. What was begun through one account goes on with it as long as it is
 * there. Where it may have gone out through one, no other repeats it: the second would not be known for
 * the first. Pure.
 *
 * @param before the latest first.
 * @param forgotten attempts up to this one do not bind it: somebody has it sent anew since.
 * @returns null when there is none.
 */
export function chooseChannel(
  channels: readonly Channel[],
  before: readonly AttemptMade[],
  forgotten: number,
  to: string,
): Channel | 'in_doubt' | null {
  const fit = channels.filter((channel) => channel.takes?.(to) ?? true);
  const by = (attempt: AttemptMade | undefined) =>
    attempt && fit.find((channel) => accountOf(channel) === attempt.account);
  const doubtful = before.find(({ outcome }) => outcome === 'unknown' || outcome === null);
  const lately = before.find(({ nr }) => nr > forgotten);
  if (doubtful === undefined) return by(lately) ?? fit[0] ?? null;
  const same = by(doubtful);
  return same === undefined || same.repeat === 'never' ? 'in_doubt' : same;
}

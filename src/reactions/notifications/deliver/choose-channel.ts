import type { Channel } from '../contract.ts';
import type { AttemptMade } from './attempts.sql.ts';
import { accountOf } from './throttles.ts';

/**
 * Chooses the channel of a message. A message begun through one account continues with it while it
 * exists. If it may have been sent through one, no other repeats it, because the duplicate would
 * not be recognized. Pure.
 *
 * @param before the earlier attempts, latest first.
 * @param forgotten the number of earlier attempts that no longer count, because a person has had
 *   the message sent again since.
 * @returns null when there is no channel; `in_doubt` when the message may have been sent and a
 *   repeat would not be recognized.
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

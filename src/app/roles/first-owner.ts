import { inviteFirstOwner, type MembersDeps } from '../../merchants/index.ts';
import type { Logger } from '../../platform/observability/log.ts';

/**
 * Logs a link by which the reader of the log may become the first owner of the desk, once and for a
 * quarter of an hour.
 */
export async function tellFirstOwner(
  log: Pick<Logger, 'info'>,
  members: MembersDeps,
  publicUrl: string,
): Promise<void> {
  const token = await inviteFirstOwner(members);
  if (token === null) return;
  log.info({ url: `${publicUrl}/console/join/${token}` }, 'open this to become the first owner');
}

import type { Queryable } from '../../../platform/database/database.ts';
import type { ChannelsFile } from './channels-file.ts';
import { liveProviders } from './live-providers.sql.ts';

const MAILBOX = 'mailbox';

/** Providers by which the installation's file sends messages out of the machine, sorted. */
export function providersOutside({ channels }: ChannelsFile): readonly string[] {
  const providers = [...channels.values()].flat().map(({ plugin }) => plugin.provider);
  return sorted(providers);
}

/** Those, and merchants' own for live shipments. */
export async function providersInUse(
  db: Queryable,
  file: ChannelsFile,
): Promise<readonly string[]> {
  return sorted([...providersOutside(file), ...(await liveProviders(db))]);
}

function sorted(providers: readonly string[]): readonly string[] {
  return [...new Set(providers)].filter((provider) => provider !== MAILBOX).sort();
}

/**
 * A warning for operators; null: links work, or no message leaves the machine. Messages link to the
 * hub's public address. Until that is configured, they link to the address it listens on, which
 * recipients cannot open. Nothing is blocked: the provider may be a mail catcher on the machine
 * itself.
 */
export function unreachableLinks(
  publicUrl: string | null,
  outside: readonly string[],
): string | null {
  if (publicUrl !== null || outside.length === 0) return null;
  return `messages go out by ${outside.join(', ')} with links to the address the hub listens on`;
}

export const UNREACHABLE_LINKS_FIX =
  'Set WAYBILL_PUBLIC_URL to the address under which recipients reach the hub.';

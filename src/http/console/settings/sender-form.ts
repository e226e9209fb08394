import type { Tenant } from '../../../kernel/tenant.ts';
import type { ChannelAccount } from '../../../reactions/notifications/index.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { DeskDeps } from '../kit/visit.ts';

/** A merchant's own email channels, oldest first. */
export async function ownSenders(
  { channels }: Pick<DeskDeps, 'channels'>,
  tenant: Tenant,
): Promise<readonly ChannelAccount[]> {
  const all = await channels.accounts.list(tenant);
  return all.filter(({ kind, enabled }) => kind === 'email' && enabled);
}

/** The merchant's own mail server, which the form changes; null: the form creates one. */
export function ownServer(senders: readonly ChannelAccount[]): ChannelAccount | null {
  return senders.find(({ provider }) => provider === 'smtp') ?? null;
}

const TEXTS = ['host', 'username', 'password', 'from_address', 'from_name', 'reply_to'] as const;
const UNCHANGED_WHEN_EMPTY = 'password';

/**
 * Converts a form to the members of `smtp`. Empty fields are removed from an existing server,
 * except its password, which is not shown.
 *
 * @throws Problem 422 for an invalid port
 */
export function serverFrom(form: URLSearchParams, isNew: boolean) {
  const config: Record<string, string | number | null> = {};
  for (const name of TEXTS) {
    const value = (form.get(name) ?? '').trim();
    if (value !== '') config[name] = value;
    else if (!isNew && name !== UNCHANGED_WHEN_EMPTY) config[name] = null;
  }
  const port = (form.get('port') ?? '').trim();
  if (port !== '') config['port'] = portIn(port);
  else if (!isNew) config['port'] = null;
  const security = form.get('security') ?? '';
  if (security !== '') config['security'] = security;
  else if (!isNew) config['security'] = null;
  return config;
}

const PORT_MAX = 65_535;

function portIn(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= PORT_MAX) return port;
  const fix = 'desk.enterPortNumber';
  throw invalidMember('/config/port', 'desk.notPortNumber', fix);
}

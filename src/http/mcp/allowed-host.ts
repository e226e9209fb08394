import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Problem } from '../../kernel/errors.ts';

/**
 * Refuses requests that a web page made a browser send, by a name of its own that leads to this
 * machine (DNS rebinding): Host and Origin must be the hub's public address, an IP address or a name
 * without a dot, such as `localhost` or `waybill`. Nobody can point such a name at another machine.
 * Throws `Problem`.
 */
export function assertOwnHost(
  { headers }: Pick<IncomingMessage, 'headers'>,
  publicUrl: string,
): void {
  const own = new URL(publicUrl).hostname;
  const { host, origin } = headers;
  if (!isOwn(hostnameOf(`http://${host}`), own)) {
    throw new Problem('forbidden', 'agents.foreignHost', { fix: 'agents.usePublicUrl' });
  }
  if (origin !== undefined && !isOwn(hostnameOf(origin), own)) {
    throw new Problem('forbidden', 'agents.foreignOrigin', { fix: 'agents.usePublicUrl' });
  }
}

function hostnameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

function isOwn(hostname: string | null, own: string): boolean {
  if (hostname === null || hostname === '') return false;
  if (hostname === own) return true;
  return !hostname.includes('.') || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

import { BlockList, isIP } from 'node:net';

/** Determines the client address a request counts for. */
type ClientIp = (
  remoteAddress: string | undefined,
  forwardedFor: string | string[] | undefined,
) => string;

/** Addresses beyond this many hops are ignored: nobody has so many proxies in a row. */
const HOPS_MAX = 20;

/**
 * Behind trusted proxies, the address they vouch for: X-Forwarded-For is read from the right, and
 * the first address that is not a trusted proxy's is the client's. The client itself wrote
 * everything to the left of it, which may be forged.
 *
 * @param trustedProxies addresses and CIDRs; none: the header is ignored.
 */
export function createClientIp(trustedProxies: readonly string[]): ClientIp {
  if (trustedProxies.length === 0) return (remote) => plainAddress(remote ?? '');
  const isTrusted = createProxyList(trustedProxies);
  return (remote, forwardedFor) => {
    let client = plainAddress(remote ?? '');
    // A peer without an address uses a local socket, which only a proxy on this machine does.
    if (client !== '' && !isTrusted(client)) return client;
    const header = Array.isArray(forwardedFor) ? forwardedFor.join(',') : (forwardedFor ?? '');
    for (const hop of header.split(',').slice(-HOPS_MAX).reverse()) {
      const address = plainAddress(hop.trim());
      if (isIP(address) === 0) break;
      client = address;
      if (!isTrusted(address)) break;
    }
    return client;
  };
}

/** Whether an address is that of a trusted proxy. */
export function createProxyList(trustedProxies: readonly string[]): (address: string) => boolean {
  const trusted = blockListOf(trustedProxies);
  return (address) => {
    const plain = plainAddress(address);
    return trusted.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  };
}

function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** Plain IPv4, also from a dual-stack socket or with a port. */
function plainAddress(address: string): string {
  if (!address.includes(':')) return address;
  if (address.startsWith('::ffff:') && isIP(address.slice(7)) === 4) return address.slice(7);
  const withPort = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::\d{1,5})?$/i.exec(address);
  return withPort?.[1] ?? withPort?.[2] ?? address;
}

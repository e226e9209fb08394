import { BlockList, isIP } from 'node:net';

/** Says whose address a request counts for. */
export type ClientIp = (
  remoteAddress: string | undefined,
  forwardedFor: string | string[] | undefined,
) => string;

/** Addresses beyond this many hops are not looked at: nobody has so many proxies in a row. */
const HOPS_MAX = 20;

/**
 * Behind trusted proxies the address they vouch for: X-Forwarded-For is read from the right, and
 * the first address that is not a trusted proxy's is the client's. What stands left of it the
 * client wrote itself and may be a lie.
 *
 * @param trustedProxies addresses and CIDRs; none: the header counts for nothing.
 */
export function createClientIp(trustedProxies: readonly string[]): ClientIp {
  if (trustedProxies.length === 0) return (remote) => plainAddress(remote ?? '');
  const isTrusted = createProxyList(trustedProxies);
  return (remote, forwardedFor) => {
    let client = plainAddress(remote ?? '');
    // A peer without an address came over a local socket, which only a proxy beside us uses.
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
  const trusted = listOf(trustedProxies);
  return (address) => {
    const plain = plainAddress(address);
    return trusted.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  };
}

function listOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** IPv4 as itself, also when it came over a socket of both families, or with a port behind it. */
function plainAddress(address: string): string {
  if (!address.includes(':')) return address;
  if (address.startsWith('::ffff:') && isIP(address.slice(7)) === 4) return address.slice(7);
  const withPort = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::\d{1,5})?$/i.exec(address);
  return withPort?.[1] ?? withPort?.[2] ?? address;
}

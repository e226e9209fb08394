import ipaddr from 'ipaddr.js';

/**
 * Whether an address belongs to the public internet, where a stranger's URL may lead. Everything
 * that is not certainly public is refused: of IPv6 only 2000::/3 is assigned at all, so addresses
 * outside of it that wrap an IPv4 address (mapped, compatible, translated) need no rule of their
 * own.
 */
export function isPublicAddress(text: string): boolean {
  const address = parse(text);
  if (address === null || address.range() !== 'unicast') return false;
  const ranges = address instanceof ipaddr.IPv4 ? REFUSED_4 : REFUSED_6;
  if (ranges.some((range) => address.match(range))) return false;
  if (address instanceof ipaddr.IPv4) return true;
  return address.match(GLOBAL_UNICAST_6) && !isIsatap(address);
}

/**
 * Whether an address lies in one of the CIDRs; an IPv4-mapped IPv6 address lies in none of IPv4.
 */
export function createAddressList(cidrs: readonly string[]): (address: string) => boolean {
  const ranges = cidrs.map((cidr) =>
    ipaddr.parseCIDR(cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`),
  );
  return (text) => {
    const address = parse(text);
    if (address === null) return false;
    return ranges.some(([of, bits]) => of.kind() === address.kind() && address.match(of, bits));
  };
}

function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // Only the plain spelling of IPv4 is accepted: a socket's address never has the others of
  // inet_aton (0177.1, 0x7f.1).
  if (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
  try {
    return ipaddr.parse(text);
  } catch {
    return null;
  }
}

const GLOBAL_UNICAST_6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Public numbers that do not lead to the internet; ipaddr.js knows the rest of IANA's registries.
 */
const REFUSED_4 = [
  // Azure's host: metadata, DNS, and the secrets of the machine that connects to it.
  '168.63.129.16/32',
].map((cidr) => ipaddr.IPv4.parseCIDR(cidr));

/** Prefixes within 2000::/3 that carry an IPv4 address or belong to no host. */
const REFUSED_6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3ffe::/16', // the former test network
  '3fff::/20', // documentation
].map((cidr) => ipaddr.IPv6.parseCIDR(cidr));

/** Whether the interface id is 0000:5efe or 0200:5efe followed by an IPv4 address (RFC 5214). */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  const [, , , , high, low] = parts;
  return (high === 0 || high === 0x0200) && low === 0x5efe;
}

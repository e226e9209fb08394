import { isIP, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import {
  dial,
  NOT_PUBLIC,
  NoSuchHost,
  type OpenSocket,
  openTcp,
  RefusedPeer,
} from './egress/connect.ts';
import { type Connections, createConnections } from './egress/connections.ts';
import { exchange, type Method } from './egress/exchange.ts';
import { createResolver, type Resolve } from './egress/resolver.ts';
import {
  type EgressOutcome,
  isRefusal,
  notOfTheInternet,
  type Refusal,
  readTarget,
  refusal,
  type Target,
} from './egress/url-rules.ts';

export type { EgressOutcome, Refusal } from './egress/url-rules.ts';
export { URL_CHARS_MAX } from './egress/url-rules.ts';

/**
 * Sends requests to URLs given by others, on the public internet only. The address is
 * checked on the socket that is really used, so a name that resolves differently a second time (DNS
 * rebinding) gains nothing; redirects are returned like any other answer, never followed; proxies
 * from the environment are ignored.
 */
export interface Egress {
  post(request: EgressRequest): Promise<EgressOutcome>;
  get(request: Omit<EgressRequest, 'body'>): Promise<EgressOutcome>;
  /** Sends a request of any method, whose answer matters as much as its status. */
  send(request: MethodRequest): Promise<EgressOutcome>;
  /** Checks a URL when it is saved: null, or why a post to it would be refused at present. */
  checkUrl(url: string, options?: { readonly requireTls?: boolean }): Promise<Refusal | null>;
  /**
   * Opens a TCP connection for another protocol, such as SMTP, under the same rules. Rejects if
   * there is none; the caller decides which ports a protocol may have.
   */
  connect(peer: { readonly host: string; readonly port: number }): Promise<Socket>;
  /** Closes idle connections; running requests may finish. */
  close(): void;
}

export interface EgressRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Whether plain http is refused, except to addresses that the operator allows. */
  readonly requireTls?: boolean;
  /** The time limit of the whole exchange, from the look-up to the end of the answer. */
  readonly timeoutMs?: number;
  /** The maximum bytes of the answer, instead of the usual 16 KiB; the rest is cut off. */
  readonly answerBytesMax?: number;
}

/** A request with its method; without a body, null. */
export interface MethodRequest extends Omit<EgressRequest, 'body'> {
  readonly method: Method;
  readonly body: string | Uint8Array | null;
}

export interface EgressOptions {
  /** CIDRs that may be reached although they are not public (`WAYBILL_EGRESS_ALLOW`). */
  readonly allow?: readonly string[];
  readonly timeoutMs?: number;
  /** The maximum bytes of an answer; the rest is cut off, and the connection closed. */
  readonly answerBytesMax?: number;
  /** Identifies the client in the receiver's log. */
  readonly userAgent?: string;
  readonly resolve?: Resolve;
  readonly open?: OpenSocket;
  /** Certificates to trust instead of the system's, for tests. */
  readonly ca?: string;
}

const TIMEOUT_MS = 15_000;
/** Enough to show the error message of a receiver. */
const ANSWER_BYTES_MAX = 16 * 1024;
/** Cached parsed URLs: a MiB or two. */
const TARGETS_MAX = 2_000;

/**
 * Creates the client for URLs that others have chosen: it connects to public and allowed addresses
 * only.
 */
export function createEgress(options: EgressOptions = {}): Egress {
  const { timeoutMs: timeoutMsDefault = TIMEOUT_MS } = options;
  const usualBytesMax = options.answerBytesMax ?? ANSWER_BYTES_MAX;
  const resolve = options.resolve ?? createResolver();
  const open = options.open ?? openTcp;
  const isAllowed = createAddressList(options.allow ?? []);
  const isReachable = (address: string): boolean => isPublicAddress(address) || isAllowed(address);

  /** Opens a pool in which every connection leads to an address that `mayReach` accepted. */
  function openConnections(mayReach: MayReach): Connections {
    const permitted = (name: string) => permittedAddresses(name, resolve, mayReach);
    const dialling = { permitted, mayReach, open, timeoutMs: timeoutMsDefault };
    return createConnections(({ host, port, tls }) =>
      dial({ host, port, tls, ca: options.ca }, dialling),
    );
  }

  /**
   * Parsed once: thousands of posts per second go to few URLs, and parsing one takes microseconds.
   */
  const targets = new LRUCache<string, Target | Refusal>({ max: TARGETS_MAX });
  function targetOf(url: string): Target | Refusal {
    const known = targets.get(url);
    if (known !== undefined) return known;
    const target = readTarget(url);
    targets.set(url, target);
    return target;
  }

  const reachable = openConnections(isReachable);
  /** A separate pool, because its connections may lead where only tests may go unencrypted. */
  const plainAllowed = openConnections(isAllowed);

  /** Sends a request, once more if a reused connection turned out to be closed. */
  async function ask(
    method: Method,
    { url, headers = {}, requireTls = false, ...request }: Omit<EgressRequest, 'body'>,
    body: string | Uint8Array | null,
    isBodyRead = method === 'GET',
  ): Promise<EgressOutcome> {
    const target = targetOf(url);
    if (isRefusal(target)) return { kind: 'refused', ...target };
    const call = {
      method,
      target,
      connections: requireTls && !target.tls ? plainAllowed : reachable,
      headers: headerList(options.userAgent ?? 'Waybill', headers),
      body,
      deadlineMs: performance.now() + (request.timeoutMs ?? timeoutMsDefault),
      answerBytesMax: request.answerBytesMax ?? usualBytesMax,
      isBodyRead,
    };
    const first = await exchange(call);
    // A reused connection may be closed by the server just as it is used again. Receivers recognise
    // a repeated request by its id, so one more try on another connection is safe.
    const outcome = first === 'stale' ? await exchange(call) : first;
    if (outcome === 'stale') return { kind: 'failed', reason: 'network', detail: 'ECONNRESET' };
    if (outcome.kind !== 'refused' || outcome.reason !== 'address') return outcome;
    return requireTls && !target.tls ? { kind: 'refused', ...PLAIN_HTTP } : outcome;
  }

  return {
    post: (request) => ask('POST', request, request.body),

    get: (request) => ask('GET', request, null),

    send: ({ method, body, ...request }) => ask(method, request, body, true),

    async checkUrl(url, { requireTls = false } = {}) {
      const target = readTarget(url);
      if (isRefusal(target)) return target;
      const mustBeAllowed = requireTls && !target.tls;
      const mayReach = mustBeAllowed ? isAllowed : isReachable;
      try {
        await permittedAddresses(target.host, resolve, mayReach);
        return null;
      } catch (error) {
        if (mustBeAllowed) return PLAIN_HTTP;
        if (error instanceof RefusedPeer) return error.refusal;
        // A name that does not resolve yet may do so when the first event comes, but one without a
        // dot (`undefined`, `server`) is not on the internet.
        return target.host.includes('.') ? null : notOfTheInternet(target.host);
      }
    },

    connect({ host, port }) {
      const permitted = (name: string) => permittedAddresses(name, resolve, isReachable);
      const dialling = { mayReach: isReachable, open, timeoutMs: timeoutMsDefault, permitted };
      return dial({ host, port, tls: false, ca: undefined }, dialling);
    },

    close() {
      reachable.close();
      plainAllowed.close();
    },
  };
}

/** Returns names and values alternately, as undici expects them; the caller's own come last. */
function headerList(userAgent: string, headers: Readonly<Record<string, string>>): string[] {
  const list = ['user-agent', userAgent];
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
  return list;
}

type MayReach = (address: string) => boolean;

const PLAIN_HTTP = refusal('plain_http', 'webhooks.useHttpsForLive');

/** The most addresses tried of one name; trying more takes longer than anybody waits. */
const ADDRESSES_MAX = 8;

async function permittedAddresses(
  host: string,
  resolve: Resolve,
  mayReach: MayReach,
): Promise<readonly string[]> {
  const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
  if (addresses.length === 0) throw new NoSuchHost('the host name has no address');
  const permitted = addresses.filter(mayReach);
  if (permitted.length === 0) throw new RefusedPeer(NOT_PUBLIC);
  return permitted.slice(0, ADDRESSES_MAX);
}

/**
 * Whether an address belongs to the public internet, where a stranger's URL may lead. Everything
 * that is not certainly public is refused: of IPv6 only 2000::/3 is assigned at all, so addresses
 * outside of it that wrap an IPv4 address (mapped, compatible, translated) need no rule of their
 * own.
 */
function isPublicAddress(text: string): boolean {
  const address = parse(text);
  if (address === null || address.range() !== 'unicast') return false;
  const ranges = address instanceof ipaddr.IPv4 ? REFUSED_4 : REFUSED_6;
  if (ranges.some((range) => address.match(range))) return false;
  if (address instanceof ipaddr.IPv4) return true;
  return address.match(GLOBAL_UNICAST_6) && !isIsatap(address);
}

/**
 * Whether an address lies in one of the CIDRs; IPv4 CIDRs exclude IPv4-mapped IPv6 addresses.
 */
function createAddressList(cidrs: readonly string[]): (address: string) => boolean {
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

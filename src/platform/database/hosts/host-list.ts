/**
 * Several servers in one URL, as libpq writes them:
 *
 *     postgres://user:secret@db1:5432,db2:5432/waybill?target_session_attrs=read-write
 *     postgres:///waybill?user=…&host=db1,db2&port=5432
 *
 * node-postgres supports one server per URL, so each gets a URL of its own here.
 */
export interface HostList {
  /** In the order given; never empty. A URL that names one server is unchanged. */
  readonly urls: readonly string[];
  /** Which of them are suitable. */
  readonly wants: SessionAttrs;
}

/** The values of `target_session_attrs`: any server, one that accepts writes, a standby … */
const SESSION_ATTRS = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const;
export type SessionAttrs = (typeof SESSION_ATTRS)[number];

const PARTS =
  /^(?<scheme>postgres(?:ql)?:\/\/)(?<authority>[^/?#]*)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?/;

/**
 * Reads the servers of a URL.
 *
 * @param fallback which of several servers to use if the URL does not say.
 * @throws Error that says what is wrong with the URL, without its password.
 */
export function readHosts(url: string, fallback: SessionAttrs): HostList {
  const { scheme, authority = '', path = '', query = '' } = PARTS.exec(url)?.groups ?? {};
  if (scheme === undefined) return { urls: [url], wants: 'any' };
  const params = new URLSearchParams(query);
  const sessionAttrs = params.get('target_session_attrs');
  if (sessionAttrs !== null && !isSessionAttrs(sessionAttrs)) {
    throw new Error(
      `target_session_attrs is "${sessionAttrs}"; it can be ${SESSION_ATTRS.join(', ')}`,
    );
  }
  const at = authority.lastIndexOf('@') + 1;
  const [user, named] = [authority.slice(0, at), authority.slice(at)];
  const hosts = params.get('host')?.split(',') ?? [];
  if (named.includes(',') && hosts.length > 0) {
    throw new Error('hosts are given both before the database and in the parameter "host"');
  }
  if (sessionAttrs === null && !named.includes(',') && hosts.length < 2)
    return { urls: [url], wants: 'any' };
  params.delete('target_session_attrs');
  const wants = sessionAttrs ?? fallback;
  const urlOf = (host: string): string => {
    const rest = params.toString();
    return `${scheme}${user}${host}${path === '' ? '/' : path}${rest === '' ? '' : `?${rest}`}`;
  };
  if (hosts.length < 2) return { urls: withoutEmptyHosts(named.split(',')).map(urlOf), wants };
  const ports = params.get('port')?.split(',') ?? [];
  if (ports.length > 1 && ports.length !== hosts.length) {
    throw new Error(
      `${hosts.length} hosts, but ${ports.length} ports: give one port, or one a host`,
    );
  }
  return {
    urls: withoutEmptyHosts(hosts).map((host, index) => {
      params.set('host', host);
      const port = ports[index] ?? ports[0];
      if (port !== undefined) params.set('port', port);
      return urlOf(named);
    }),
    wants,
  };
}

/** The server and its port, for logs; the whole URL contains a password. */
export function nameOf(url: string): string {
  const { authority = '', query = '' } = PARTS.exec(url)?.groups ?? {};
  const named = authority.slice(authority.lastIndexOf('@') + 1);
  const params = new URLSearchParams(query);
  const [host, port] = [params.get('host'), params.get('port')];
  if (host === null) return named === '' ? 'localhost' : named;
  return port === null ? host : `${host}:${port}`;
}

function isSessionAttrs(text: string): text is SessionAttrs {
  return SESSION_ATTRS.some((known) => known === text);
}

function withoutEmptyHosts(hosts: readonly string[]): readonly string[] {
  if (hosts.some((host) => host === '')) throw new Error('a host between two commas is empty');
  return hosts;
}

/** One of several servers: what a connection needs to know. */
export interface FoundHost {
  readonly url: string;
  /** Its name without user and password, for logs. */
  readonly name: string;
}

/** What a server reports about itself. */
export interface Probe extends FoundHost {
  readonly writes: boolean;
  /**
   * The number of promotions: of two servers that write, the one with the later timeline is the
   * primary. 0 for a standby.
   */
  readonly timeline: number;
}

interface Wanted {
  readonly wants: SessionAttrs;
  /** A primary with an earlier timeline has been replaced, although it may not know yet. */
  readonly sinceTimeline: number;
}

/**
 * Returns the best of the suitable servers; among equals the first in `urls`. Null if none is
 * suitable.
 */
export function bestHost(
  found: readonly Probe[],
  wanted: Wanted & { readonly urls: readonly string[] },
): Probe | null {
  const { urls, wants } = wanted;
  const [best = null] = found
    .filter((probe) => isFit(probe, wanted))
    .sort(
      (a, b) =>
        (wants === 'prefer-standby' ? Number(a.writes) - Number(b.writes) : 0) ||
        b.timeline - a.timeline ||
        urls.indexOf(a.url) - urls.indexOf(b.url),
    );
  return best;
}

export function isFit({ writes, timeline }: Probe, { wants, sinceTimeline }: Wanted): boolean {
  if (writes && timeline < sinceTimeline) return false;
  if (wants === 'read-write' || wants === 'primary') return writes;
  if (wants === 'read-only' || wants === 'standby') return !writes;
  return true;
}

import { isIP } from 'node:net';
import type { ErrorText } from '../../../kernel/errors.ts';

/** What is wrong with a URL that others gave us to call. */
export interface Refusal {
  readonly reason:
    | 'unreadable_url'
    | 'scheme'
    | 'credentials'
    | 'port'
    | 'host'
    | 'address'
    | 'plain_http';
  /**
   * A sentence for the person who gave the URL; contains no address that they did not give
   * themselves.
   */
  readonly detail: ErrorText;
}

export interface Target {
  readonly tls: boolean;
  /** In lower case, without brackets and without a dot at the end. */
  readonly host: string;
  /** 0 if the host is a name. */
  readonly hostFamily: 0 | 4 | 6;
  readonly port: number;
  /** With the query, but without the fragment. */
  readonly path: string;
}

/** More than any framework routes; anything longer is a mistake or an attack on our tables. */
export const URL_CHARS_MAX = 2_048;

/**
 * Does the checks that need no host look-up. The URL is parsed by the WHATWG parser, the same one
 * that splits URLs for the request, so nobody can exploit a difference between two parsers. It also
 * converts every spelling of an IPv4 address (decimal, octal, hexadecimal, shortened, full-width)
 * into the plain one.
 */
export function readTarget(text: string): Target | Refusal {
  if (text.length > URL_CHARS_MAX) {
    return refusal('unreadable_url', { 'webhooks.shortenUrl': { limit: URL_CHARS_MAX } });
  }
  // The parser tolerates blanks, tabs and backslashes; such a URL is ambiguous and rejected.
  if (/[\p{Cc}\s\\]/u.test(text) || !URL.canParse(text)) {
    return refusal('unreadable_url', 'webhooks.useFullUrl');
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refusal('scheme', 'webhooks.useHttps');
  }
  if (url.username !== '' || url.password !== '') {
    return refusal('credentials', 'webhooks.removeCredentialsFromUrl');
  }
  const tls = url.protocol === 'https:';
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  if (!isUsualPort(port)) {
    return refusal('port', { 'webhooks.useAllowedPort': { port: String(port) } });
  }
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === '' || METADATA_HOSTS.has(host)) {
    return notOfTheInternet(host);
  }
  const hostFamily = isIP(host);
  return {
    tls,
    host,
    hostFamily: hostFamily === 4 || hostFamily === 6 ? hostFamily : 0,
    port,
    path: url.pathname + url.search,
  };
}

export function notOfTheInternet(host: string): Refusal {
  return refusal('host', { 'webhooks.usePublicHost': { host } });
}

export function isRefusal(read: Target | Refusal): read is Refusal {
  return 'reason' in read;
}

export function refusal(reason: Refusal['reason'], detail: ErrorText): Refusal {
  return { reason, detail };
}

/** Names under which clouds give a machine's credentials to any process on it. */
const METADATA_HOSTS: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
  'metadata.packet.net',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** From here on anybody may listen; lower ports are for mail, shells and directories. */
const FREE_PORTS_FROM = 1_024;

/**
 * Ports of other protocols that accept lines of text: those that browsers refuse (Fetch standard,
 * "bad port"), then databases and caches.
 */
const OTHER_PROTOCOLS: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10080, 1433, 1521, 2375, 2379, 3306, 5432, 6379, 6380, 9042, 11211, 27017,
]);

function isUsualPort(port: number): boolean {
  if (port === 443 || port === 80) return true;
  return port >= FREE_PORTS_FROM && !OTHER_PROTOCOLS.has(port);
}

/** The outcome of a post. */
export type EgressOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names are in lower case; several values of one name are joined by a comma. */
      readonly headers: Readonly<Record<string, string>>;
      /** The beginning of the body, as UTF-8. */
      readonly text: string;
      /** Whether the body was longer, or did not end in time. */
      readonly truncated: boolean;
    }
  /** It was not and will not be sent, until the URL, its DNS or the settings change. */
  | { readonly kind: 'refused'; readonly reason: Refusal['reason']; readonly detail: ErrorText }
  | {
      readonly kind: 'failed';
      readonly reason: 'timeout' | 'dns' | 'tls' | 'network';
      /** A short code such as ECONNREFUSED or CERT_HAS_EXPIRED; it contains no secrets. */
      readonly detail: string;
    };

import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { createProxyList } from '../front/client-ip.ts';

/**
 * Whether a request was made on this machine, by somebody who may therefore do as its operator.
 * Nobody is believed: the socket's own address is on loopback and no trusted proxy's, no header
 * says that somebody passed the request on, and it was made to a name of loopback, which a page
 * from elsewhere that had its name resolve to us could not say.
 */
export type IsLocal = (request: IncomingMessage) => boolean;

/** What proxies add about whom they ask for; any of them: somebody stands behind the peer. */
const PASSED_ON = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'x-original-forwarded-for',
  'cf-connecting-ip',
  'true-client-ip',
  'forwarded',
  'via',
];

export function createIsLocal(trustedProxies: readonly string[]): IsLocal {
  const isTrustedProxy = createProxyList(trustedProxies);
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress ?? '';
    if (!isLoopback(peer) || isTrustedProxy(peer)) return false;
    if (PASSED_ON.some((name) => headers[name] !== undefined)) return false;
    return isNameOfLoopback(headers.host ?? '');
  };
}

export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}

function isNameOfLoopback(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  return name === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''));
}

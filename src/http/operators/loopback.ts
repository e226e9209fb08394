import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { createProxyList } from '../front/client-ip.ts';

/** Whether a request was made on this machine, with nobody behind who made it. */
export type IsLocal = (request: IncomingMessage) => boolean;

export interface Front {
  readonly trustedProxies: readonly string[];
  /** Ours as the world knows it; known once the hub listens. */
  readonly publicUrl: () => string;
}

/** What proxies add about whom they ask for; any of them: somebody stands behind the peer. */
const PASSED_ON =
  /^(?:x-)?(?:original-)?forwarded|^x-(?:real-ip|client-ip|cluster-client-ip|envoy-|arr-)|^cf-|^(?:true|fastly|fly)-client-ip$|^(?:via|cdn-loop)$/;

/**
 * Whether who asks may do as the machine's operator. Nobody is believed: the request is direct, and
 * its peer is no trusted proxy's.
 */
export function createIsLocal(front: Front): IsLocal {
  const isDirect = createIsDirect(front);
  const isTrustedProxy = createProxyList(front.trustedProxies);
  return (request) => isDirect(request) && !isTrustedProxy(request.socket.remoteAddress ?? '');
}

/**
 * Whether a request comes from a program on this machine and was passed on by none. The peer is on
 * loopback and no header says that it asks for somebody. The Host is a name of loopback, which a
 * page from elsewhere that had its name resolve to us could not say. It is no HTTP/1.0, which
 * proxies speak unless told otherwise, and programs do not. And a hub that the world knows by
 * another name has a proxy in front of it: while none is trusted, it may be any peer.
 */
export function createIsDirect({ trustedProxies, publicUrl }: Front): IsLocal {
  return ({ socket, headers, httpVersion }) => {
    if (!isLoopback(socket.remoteAddress ?? '') || httpVersion === '1.0') return false;
    if (Object.keys(headers).some((name) => PASSED_ON.test(name))) return false;
    if (!isNameOfLoopback(headers.host ?? '')) return false;
    return trustedProxies.length > 0 || isOwnName(publicUrl());
  };
}

/** Where nobody has named a public address, it is the one that is listened on, maybe all of them. */
function isOwnName(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { host, hostname } = new URL(url);
  return isNameOfLoopback(host) || hostname === '0.0.0.0' || hostname === '[::]';
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}

function isNameOfLoopback(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  return name === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''));
}

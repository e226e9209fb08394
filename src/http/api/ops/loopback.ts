import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { createProxyList } from '../../front/client-ip.ts';

/** Whether a request was made on this machine, and not forwarded for somebody else. */
export type IsLocal = (request: IncomingMessage) => boolean;

export interface Front {
  readonly trustedProxies: readonly string[];
  /** Our public URL; known once the hub listens. */
  readonly publicUrl: () => string;
}

/**
 * Headers with which proxies name the original client; any of them means the request was forwarded.
 */
const FORWARDED =
  /^(?:x-)?(?:original-)?forwarded|^x-(?:real-ip|client-ip|cluster-client-ip|envoy-|arr-)|^cf-|^(?:true|fastly|fly)-client-ip$|^(?:via|cdn-loop)$/;

/**
 * Whether the request may act as the machine's operator. No claim in it is trusted: it must be
 * direct, and its peer not a trusted proxy.
 */
export function createIsLocal(front: Front): IsLocal {
  const isDirect = createIsDirect(front);
  const isTrustedProxy = createProxyList(front.trustedProxies);
  return (request) => isDirect(request) && !isTrustedProxy(request.socket.remoteAddress ?? '');
}

/**
 * Whether a request comes from a program on this machine and was not forwarded. The peer is on
 * loopback, and no header names another client. The Host is a loopback name, which rules out a
 * foreign page that made its name resolve to us. The request is not HTTP/1.0, which proxies use by
 * default and programs do not. Finally, if the public URL is not a loopback name, there is a proxy
 * in front of the hub; unless trusted proxies are configured, any loopback peer could be that
 * proxy.
 */
export function createIsDirect({ trustedProxies, publicUrl }: Front): IsLocal {
  return ({ socket, headers, httpVersion }) => {
    if (!isLoopback(socket.remoteAddress ?? '') || httpVersion === '1.0') return false;
    if (Object.keys(headers).some((name) => FORWARDED.test(name))) return false;
    if (!isNameOfLoopback(headers.host ?? '')) return false;
    return trustedProxies.length > 0 || isLoopbackUrl(publicUrl());
  };
}

/** Whether the URL is of this machine: a loopback name, or the wildcard address it listens at. */
function isLoopbackUrl(url: string): boolean {
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

import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { errorText } from '../../messages/error-text.ts';
import { type Refusal, refusal } from './url-rules.ts';

interface Peer {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Certificates to trust instead of the usual ones. */
  readonly ca: string | undefined;
}

interface Dialling {
  /**
   * Returns those of the host's addresses that may be connected to. Throws `RefusedPeer` if there
   * are none.
   */
  readonly permitted: (host: string) => Promise<readonly string[]>;
  readonly mayReach: (address: string) => boolean;
  readonly timeoutMs: number;
  /** Opens a TCP connection; tests replace it by one that leads elsewhere. */
  readonly open: OpenSocket;
}

export type OpenSocket = (options: {
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction;
  readonly autoSelectFamily: boolean;
  readonly noDelay: boolean;
}) => Socket;

export const openTcp: OpenSocket = (options) => connectTcp(options);

/** The connection is forbidden, whatever the network reports. */
export class RefusedPeer extends Error {
  override readonly name = 'RefusedPeer';
  readonly refusal: Refusal;
  constructor(refused: Refusal) {
    super(errorText(refused.detail));
    this.refusal = refused;
  }
}

export class TlsFailure extends Error {
  override readonly name = 'TlsFailure';
}

export class NoSuchHost extends Error {
  override readonly name = 'NoSuchHost';
}

/**
 * Opens a connection to a checked address. It is checked before the connection, because the system
 * only gets permitted addresses, and again on the resulting socket, before the first byte is sent.
 */
export async function dial(peer: Peer, dialling: Dialling): Promise<Socket> {
  const addresses = await dialling.permitted(peer.host);
  const tcp = await connectToAny(peer, addresses, dialling);
  if (!dialling.mayReach(tcp.remoteAddress ?? '')) {
    tcp.destroy();
    throw new RefusedPeer(NOT_PUBLIC);
  }
  return peer.tls ? startTls(tcp, peer, dialling.timeoutMs) : tcp;
}

/** Says nothing of what the name resolves to: that would map somebody's inner network. */
export const NOT_PUBLIC: Refusal = refusal('address', 'webhooks.usePublicAddress');

/** Connects to the first of the addresses that answers; all of them are already permitted. */
function connectToAny(
  { host, port }: Peer,
  addresses: readonly string[],
  { open, timeoutMs }: Dialling,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const [only = ''] = addresses;
    const socket = open({
      host,
      port,
      noDelay: true,
      autoSelectFamily: addresses.length > 1,
      lookup: (_host, options, callback) => {
        if (!options.all) return callback(null, only, familyOf(only));
        callback(
          null,
          addresses.map((address) => ({ address, family: familyOf(address) })),
        );
      },
    });
    const timer = setTimeout(() => socket.destroy(new Error('no connection')), timeoutMs);
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(timer));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Performs the TLS handshake. Rejects with `TlsFailure`. */
function startTls(tcp: Socket, { host, ca }: Peer, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({
      socket: tcp,
      host,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    const timer = setTimeout(() => tls.destroy(new Error('no handshake')), timeoutMs);
    const fail = (error: Error): void => reject(new TlsFailure(codeOf(error)));
    tls.once('error', fail);
    tls.once('close', () => clearTimeout(timer));
    tls.once('secureConnect', () => {
      clearTimeout(timer);
      tls.off('error', fail);
      resolve(tls);
    });
  });
}

/** Returns OpenSSL's code if there is one; its messages may quote what the other side sent. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'handshake failed';
}

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);

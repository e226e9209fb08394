import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { RequestContext } from './route.ts';

/** A path that takes WebSockets. */
export interface SocketRoute {
  /** `/live`, without parameters; stands at the root and under `/v1` alike. */
  readonly path: string;
  /** Of one message; a longer one ends the connection. */
  readonly bytesMax: number;
  /** Decides whether the connection may be made; throws `Problem` when not. */
  readonly admit: (request: IncomingMessage, context: RequestContext) => Promise<AdmittedSocket>;
}

export interface AdmittedSocket {
  /**
   * It is open; errors are handled, everything else is the route's.
   *
   * @param wire takes whole frames that are written out already, while the socket is open: the same ones
   * for any number of connections.
   */
  readonly open: (socket: WebSocket, wire: Pick<Writable, 'write'>) => void;
  /** It was not opened after all. */
  readonly refused?: () => void;
}

export function isWebSocketUpgrade({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { RequestContext } from './route.ts';

/** A path that accepts WebSockets. */
export interface SocketRoute {
  /** `/live`, without parameters; available at the root and under `/v1`. */
  readonly path: string;
  /** Of one message; a longer one ends the connection. */
  readonly bytesMax: number;
  /** Decides whether the connection is accepted; throws `Problem` otherwise. */
  readonly admit: (request: IncomingMessage, context: RequestContext) => Promise<AdmittedSocket>;
}

export interface AdmittedSocket {
  /**
   * Called when it is open. Errors are handled; everything else is up to the route.
   *
   * @param wire accepts complete, already serialized frames while the socket is open, so that
   *   many connections can share one.
   */
  readonly open: (socket: WebSocket, wire: Pick<Writable, 'write'>) => void;
  /** It was not opened after all. */
  readonly refused?: () => void;
}

export function isWebSocketUpgrade({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

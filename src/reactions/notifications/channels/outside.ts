import { connect as connectTcp, type Socket } from 'node:net';
import type { Egress, EgressOutcome } from '../../../platform/net/egress.ts';

/**
 * The two ways out to places that somebody else than the operator chose. Both check the address on
 * the socket that is really used.
 */
export type UntrustedPost = Pick<Egress, 'post' | 'checkUrl'>;
export type UntrustedOutcome = EgressOutcome;

/** A connection to a host; rejects when there is none, or the address is not to be reached. */
export type GuardedConnect = (host: string, port: number) => Promise<Socket>;

/** For a server that the operator named, which may be in a private network. */
export function trustedConnect(timeoutMs: number): GuardedConnect {
  return (host, port) =>
    new Promise((resolve, reject) => {
      const socket = connectTcp({ host, port, noDelay: true });
      const timer = setTimeout(() => socket.destroy(new Error('no connection')), timeoutMs);
      socket.once('close', () => clearTimeout(timer));
      socket.once('error', reject);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', reject);
        resolve(socket);
      });
    });
}

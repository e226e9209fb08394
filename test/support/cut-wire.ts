import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A connection that can be cut: after some bytes from the server, once or each time. */
export class CutWire {
  cutAfterBytes: number | null = null;
  cutsLeft = 0;
  #refuses = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(target: URL) {
    this.#server = createServer((near) => {
      if (this.#refuses) {
        near.destroy();
        return;
      }
      const far = connect(Number(target.port), target.hostname);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      let passed = 0;
      far.on('data', (bytes) => {
        passed += bytes.length;
        near.write(bytes);
        if (this.cutAfterBytes !== null && this.cutsLeft > 0 && passed > this.cutAfterBytes) {
          this.cutsLeft -= 1;
          near.resetAndDestroy();
        }
      });
    });
  }

  /** No network: existing connections are cut, too. */
  set refuses(refuses: boolean) {
    this.#refuses = refuses;
    if (refuses) for (const socket of this.#sockets) socket.destroy();
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

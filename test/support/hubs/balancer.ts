import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * One address in front of several hubs, like a load balancer: each connection goes to the next one
 * that answers.
 */
export interface Balancer {
  readonly url: URL;
  /** Changes the hubs; existing connections stay. */
  use(hubs: readonly URL[]): void;
  close(): Promise<void>;
}

export async function startBalancer(hubs: readonly URL[]): Promise<Balancer> {
  let used = hubs;
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => open.delete(client));
    turn += 1;
    void join(client, [...used.slice(turn % used.length), ...used.slice(0, turn % used.length)]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    use(next) {
      used = next;
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}

async function join(client: Socket, hubs: readonly URL[]): Promise<void> {
  for (const { hostname: host, port } of hubs) {
    const hub = connect({ host, port: Number(port) });
    const isThere = await new Promise<boolean>((resolve) => {
      hub.once('connect', () => resolve(true));
      hub.once('error', () => resolve(false));
    });
    if (!isThere) continue;
    hub.on('error', () => client.destroy());
    hub.once('close', () => client.destroy());
    client.once('close', () => hub.destroy());
    client.pipe(hub).pipe(client);
    if (client.destroyed) hub.destroy();
    return;
  }
  client.destroy();
}

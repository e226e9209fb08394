import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Machines } from '../platform/machines.ts';
import type { Serving } from './start.ts';

/** Starts the roles of this process on its machines. */
export async function startRoles({ config, shutdown }: Machines): Promise<Serving> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/healthz' ? 200 : 404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.port, config.host, resolve);
  });
  shutdown.onStop('http', () => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  return { url: config.publicUrl ?? `http://${config.host}:${port}`, apiKey: config.bootstrapKey };
}

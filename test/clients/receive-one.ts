import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stores the webhook that is posted, and returns it to a GET as JSON. */
export async function receiveOne() {
  let received = {};
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return response.end(JSON.stringify(received));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received = { body: Buffer.concat(chunks).toString(), headers: request.headers };
    return response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, close: () => server.close() };
}

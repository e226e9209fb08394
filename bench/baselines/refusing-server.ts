import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The minimum cost of a flood in `node:http`: refuses every push before its body, and answers
 * every lookup from memory, without a database, a second process or any checks.
 */
const FOUND = JSON.stringify({ tracking_number: 'x'.repeat(12), events: 'x'.repeat(1_000) });
const REFUSED = JSON.stringify({ code: 'overloaded', detail: 'x'.repeat(200) });

const server = createServer((request, response) => {
  const refuses = request.method === 'POST';
  const body = refuses ? REFUSED : FOUND;
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', body.length);
  if (refuses) response.setHeader('retry-after', 1);
  response.writeHead(refuses ? 503 : 200).end(body);
  request.resume();
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));

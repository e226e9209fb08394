import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Answers known paths from memory with the bytes and headers of the product, which is the limit of
 * Node's own server. `FILE` contains JSON: `[[path, body, headers], …]`.
 */
const known = new Map(
  (JSON.parse(readFileSync(process.env['FILE'] ?? '', 'utf8')) as [string, string, object][]).map(
    ([path, body, headers]) => [path, { body, headers: { ...headers } }],
  ),
);

const server = createServer((request, response) => {
  const answer = known.get(request.url ?? '');
  if (answer === undefined) response.writeHead(404).end();
  else response.writeHead(200, answer.headers).end(answer.body);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));

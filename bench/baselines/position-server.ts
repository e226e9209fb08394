import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The minimum for accepting positions: parse the request, store the newest of each courier, answer
 * with the count. No keys, validation or shifts, nothing is written.
 */
interface Row {
  readonly courier_id: string;
  readonly ts: string;
}
const newest = new Map<string, { readonly atMs: number; readonly row: Row }>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const rows = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Row[];
    for (const row of rows) {
      const atMs = Date.parse(row.ts);
      const known = newest.get(row.courier_id);
      if (known === undefined || known.atMs < atMs) newest.set(row.courier_id, { atMs, row });
    }
    const answer = JSON.stringify({ accepted: rows.length });
    response.writeHead(202, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
